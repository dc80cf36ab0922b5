//! One context for many expressions: it crosses to the module once.

use std::fmt;

use crate::deadline::Time;
use crate::error::{EngineError, HostError};
use crate::instance::Instance;
use crate::{Evaluation, Expr, Host, Inputs, Json, wire};

/// Programs of one crossing: fewer than the module keeps, so that all of them are there.
const LARGEST_BATCH: usize = 512;

/// A context that stays in an instance of the module, read once for many evaluations.
///
/// It has that instance for itself, and gives it back when it is dropped. If the host has
/// to stop the instance, the next evaluation reads the context again in another.
///
/// Each evaluation has the time of the host that read the context ([`Host::within`]),
/// whatever the expression's own host says; where the context is read again, that counts.
pub struct Context {
    host: Host,
    request: Vec<u8>,
    instance: Option<Instance>,
}

impl Host {
    /// Reads a context, whole, for evaluations that depend on one another; for expressions
    /// that are all known at once there is [`Host::evaluate_many`]. `None` is undefined.
    ///
    /// ```
    /// # use host_wasmtime::{Host, Inputs, Json, Profile};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// let json = Json::parse(r#"{"payload":{"items":[3,4]}}"#)?;
    /// let mut context = host.context(Some(&json))?;
    /// let mut found = Vec::new();
    /// for source in ["len(payload.items)", "payload.items[1]"] {
    ///     let expr = host.compile(source, Profile::Workflow)?;
    ///     found.extend(context.evaluate(&expr, &Inputs::default())?.json);
    /// }
    /// assert_eq!(found, ["2", "4"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn context(&self, context: Option<&Json>) -> Result<Context, HostError> {
        let request = wire::load_request(context);
        let mut context = Context { host: self.clone(), request, instance: None };
        context.with_instance(|_, _| Ok(()))?;
        Ok(context)
    }

    /// Evaluates many expressions over the same inputs, in their order. What the engine
    /// says of one is its answer and stops no other.
    ///
    /// ```
    /// # use host_wasmtime::{Host, Inputs, Json, Profile};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// let exprs = [
    ///     host.compile("payload.id", Profile::Workflow)?,
    ///     host.compile("payload.id + 1", Profile::Workflow)?,
    /// ];
    /// let context = Some(Json::parse(r#"{"payload":{"id":"T-7"}}"#)?);
    /// let results = host.evaluate_many(&exprs, &Inputs { context, ..Inputs::default() })?;
    /// assert_eq!(results[0].as_ref().unwrap().json.as_deref(), Some(r#""T-7""#));
    /// assert_eq!(results[1].as_ref().unwrap_err().code, "T2001");
    /// # Ok(())
    /// # }
    /// ```
    pub fn evaluate_many(
        &self,
        exprs: &[Expr],
        inputs: &Inputs,
    ) -> Result<Vec<Result<Evaluation, EngineError>>, HostError> {
        let host = self.for_one_call()?;
        let mut results = Vec::new();
        for exprs in exprs.chunks(LARGEST_BATCH) {
            let programs: Vec<_> = exprs.iter().map(|expr| &expr.program).collect();
            let document =
                host.run(|instance| instance.evaluate_batch(&programs, inputs))?;
            results.extend(wire::read_batch(&document)?);
        }
        Ok(results)
    }
}

impl Context {
    /// Evaluates over this context. `inputs` have everything else; a context or bindings
    /// among them are an error of the engine.
    ///
    /// ```
    /// # use host_wasmtime::{Host, Inputs, Json, Limits, Profile};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// let expr = host.compile("payload.n * 2", Profile::Workflow)?;
    /// let mut context = host.context(Some(&Json::parse(r#"{"payload":{"n":21}}"#)?))?;
    /// let limits = Limits { steps: Some(100), ..Limits::default() };
    /// let result = context.evaluate(&expr, &Inputs { limits, ..Inputs::default() })?;
    /// assert_eq!(result.json.as_deref(), Some("42"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn evaluate(
        &mut self,
        expr: &Expr,
        inputs: &Inputs,
    ) -> Result<Evaluation, HostError> {
        expr.observe(|| {
            self.with_instance(|instance, resident| {
                let request = wire::evaluate_request(inputs, Some(resident), None);
                expr.evaluate_in(instance, &request)
            })
        })
    }

    /// Runs `work` where the context is, with its number.
    fn with_instance<T>(
        &mut self,
        work: impl FnOnce(&mut Instance, u32) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        let Context { host, request, instance } = self;
        let deadline = host.deadline()?;
        host.shared.pool.run_in(instance, deadline, |instance| {
            let resident = instance.load(request)?;
            work(instance, resident)
        })
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        if let Some(instance) = self.instance.take() {
            let timed = !matches!(self.host.time, Time::Unlimited);
            self.host.shared.pool.give_back(instance, timed);
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}
