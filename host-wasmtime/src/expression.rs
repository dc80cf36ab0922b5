//! Expressions that are compiled, and what evaluating one takes and gives.

use std::sync::Arc;
use std::time::Duration;

use crate::error::HostError;
use crate::instance::Instance;
use crate::program::Program;
use crate::{Estimate, Host, Json, trace, wire};

/// What an evaluation reads.
///
/// ```
/// # use host_wasmtime::{Host, Inputs, Json, Profile};
/// # fn main() -> Result<(), host_wasmtime::HostError> {
/// let expr = Host::new()?.compile("nowIso() & payload.id", Profile::Workflow)?;
/// let inputs = Inputs {
///     context: Some(Json::parse(r#"{"payload":{"id":" T-7"}}"#)?),
///     now: Some(0),
///     ..Inputs::default()
/// };
/// let result = expr.evaluate(&inputs)?;
/// assert_eq!(result.json.as_deref(), Some(r#""1970-01-01T00:00:00.000Z T-7""#));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// The context; absent is undefined, which is not `null`.
    pub context: Option<Json>,
    /// Values of variables, an object; for the profile `jsonata` alone.
    pub bindings: Option<Json>,
    /// The time of the evaluation in milliseconds since 1970, UTC. An expression that reads
    /// the clock fails without it.
    pub now: Option<i64>,
    /// The seed of random numbers. An expression that draws one fails without it.
    pub seed: Option<u64>,
    /// What the evaluation may use up.
    pub limits: Limits,
    /// Whether the whole context is read, and not only what the expression can look at:
    /// the same result at the same cost, only slower. Tests want it.
    pub read_all: bool,
}

/// What an evaluation may use up; absent limits are the contract's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Limits {
    /// Steps of the language.
    pub steps: Option<u64>,
    /// Bytes of values built.
    pub bytes: Option<u64>,
    /// Nested lambda calls.
    pub depth: Option<u32>,
}

/// What an evaluation used up: the same numbers on every host.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Spent {
    /// Steps of the language.
    pub steps: u64,
    /// Bytes of values built.
    pub bytes: u64,
}

/// The result of an evaluation.
///
/// ```
/// # use host_wasmtime::{Host, Inputs, Profile};
/// # fn main() -> Result<(), host_wasmtime::HostError> {
/// let host = Host::new()?;
/// let [value, undefined] = ["1 + 2", "missing"].map(|source| {
///     host.compile(source, Profile::Jsonata)?.evaluate(&Inputs::default())
/// });
/// let value = value?;
/// assert_eq!((value.json.as_deref(), value.spent.steps), (Some("3"), 4));
/// assert_eq!(undefined?.json, None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evaluation {
    /// The value as JSON text; `None` is undefined, which the profile `jsonata` alone can
    /// answer with.
    pub json: Option<String>,
    /// What it cost.
    pub spent: Spent,
}

/// A compiled expression. It outlives every instance of the module: where it is not
/// compiled yet, or no longer, evaluating compiles it again.
#[derive(Clone, Debug)]
pub struct Expr {
    pub(crate) host: Host,
    pub(crate) program: Arc<Program>,
}

impl Expr {
    /// What the expression reads of its context, as JSON: `true` for everything, else an
    /// object with the fields that it reads. Only that much of a context has to be there.
    ///
    /// ```
    /// # use host_wasmtime::{Host, Profile};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// let expr = host.compile("payload.items[price > 10].sku", Profile::Workflow)?;
    /// let reads = r#"{"payload":{"items":{"price":true,"sku":true}}}"#;
    /// assert_eq!(expr.reads().as_str(), reads);
    /// # Ok(())
    /// # }
    /// ```
    pub fn reads(&self) -> &Json {
        &self.program.reads
    }

    /// The callee names in the source, in the order of the walk.
    ///
    /// ```
    /// # use host_wasmtime::{Host, Profile};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let expr = Host::new()?.compile("len(append(a, b))", Profile::Workflow)?;
    /// assert_eq!(expr.functions(), ["len", "append"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn functions(&self) -> &[String] {
        &self.program.functions
    }

    /// What an evaluation will cost in steps, as far as the source tells.
    ///
    /// ```
    /// # use host_wasmtime::{Host, Most, Profile};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// let most = |source| {
    ///     let expr = host.compile(source, Profile::Workflow)?;
    ///     Ok::<_, host_wasmtime::HostError>(expr.estimate().max.clone())
    /// };
    /// assert_eq!(most("1 + 2")?, Most::Steps(6));
    /// assert_eq!(most("payload.items[price > 10].sku")?, Most::Grows("O(n)".to_owned()));
    /// assert_eq!(most("[1..payload.n]")?, Most::Unbounded("a range".to_owned()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn estimate(&self) -> &Estimate {
        &self.program.estimate
    }

    /// Evaluates over `inputs`.
    ///
    /// ```
    /// # use host_wasmtime::{Host, Inputs, Limits, Profile};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// let expr = host.compile("1 + 2", Profile::Workflow)?;
    /// assert_eq!(expr.evaluate(&Inputs::default())?.json.as_deref(), Some("3"));
    ///
    /// let limits = Limits { steps: Some(0), ..Limits::default() };
    /// let stopped = expr.evaluate(&Inputs { limits, ..Inputs::default() }).unwrap_err();
    /// assert_eq!(stopped.engine().unwrap().class, "budget");
    /// # Ok(())
    /// # }
    /// ```
    pub fn evaluate(&self, inputs: &Inputs) -> Result<Evaluation, HostError> {
        self.observe(|| {
            let request = wire::evaluate_request(inputs, None, None);
            self.host.run(|instance| self.evaluate_in(instance, &request))
        })
    }

    /// Evaluates over `inputs`, with a time for this evaluation instead of its host's: as if
    /// the expression came from [`Host::within`].
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use host_wasmtime::{Host, HostError, Inputs, Profile};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// let expr = host.compile("1 + 2", Profile::Workflow)?;
    /// let result = expr.evaluate_within(&Inputs::default(), Duration::from_secs(60))?;
    /// assert_eq!(result.json.as_deref(), Some("3"));
    ///
    /// let expr = host.compile("$sum([1..200000].($ * 2))", Profile::Jsonata)?;
    /// let stopped = expr.evaluate_within(&Inputs::default(), Duration::ZERO);
    /// assert!(matches!(stopped, Err(HostError::Deadline)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn evaluate_within(
        &self,
        inputs: &Inputs,
        time: Duration,
    ) -> Result<Evaluation, HostError> {
        let Expr { host, program } = self;
        Expr { host: host.within(time), program: Arc::clone(program) }.evaluate(inputs)
    }

    pub(crate) fn evaluate_in(
        &self,
        instance: &mut Instance,
        request: &[u8],
    ) -> Result<Evaluation, HostError> {
        wire::read_evaluation(&instance.evaluate(&self.program, request)?)
    }

    /// Tells the metrics, and who traces, how an evaluation ended.
    pub(crate) fn observe(
        &self,
        work: impl FnOnce() -> Result<Evaluation, HostError>,
    ) -> Result<Evaluation, HostError> {
        let span = trace::Span::enter(self.program.profile);
        let result = work();
        if let Some(spent) = spent(&result) {
            self.host.shared.pool.counters.count_steps(spent);
        }
        span.end(&result);
        result
    }
}

/// What an evaluation used up, unless it came to no end of its own.
pub(crate) fn spent(result: &Result<Evaluation, HostError>) -> Option<Spent> {
    match result {
        Ok(evaluation) => Some(evaluation.spent),
        Err(error) => error.engine().map(|error| error.spent),
    }
}
