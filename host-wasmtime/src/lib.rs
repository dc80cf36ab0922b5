//! Workflow expressions in Rust services: the artifact that every host shares, run by
//! wasmtime.
//!
//! [`Host`] holds the compiled module; one for a process is enough, and it may be cloned
//! and used from any thread. [`Expr`] is a compiled expression. Evaluating runs the same
//! bytes as the npm package does, so the result, the error and the number of steps are the
//! same.
//!
//! Who runs expressions in JavaScript wants the npm package `workflow-expr`.
//!
//! ```
//! use host_wasmtime::{Host, Inputs, Json, Profile};
//!
//! # fn main() -> Result<(), host_wasmtime::HostError> {
//! let host = Host::new()?;
//! let expr = host.compile("payload.ticket.id", Profile::Workflow)?;
//! let context = Json::parse(r#"{"payload":{"ticket":{"id":"T-7"}}}"#)?;
//! let result = expr.evaluate(&Inputs { context: Some(context), ..Inputs::default() })?;
//! assert_eq!(result.json.as_deref(), Some(r#""T-7""#));
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "tokio")]
mod asynchronous;
mod cache;
mod config;
mod contract;
mod deadline;
mod embedded;
mod engine;
mod error;
mod estimate;
mod handles;
mod instance;
mod json;
mod metrics;
mod pool;
mod program;
mod shared;
mod trace;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use config::Settings;
pub use contract::{MappingInputs, MatchOptions, Resolved, SecretResolver, WaitMatch};
use deadline::{Deadline, Time};
pub use error::{EngineError, HostError, Span};
pub use estimate::{Estimate, Most};
use instance::{Call, Instance};
pub use json::Json;
use metrics::Counters;
pub use metrics::{ERROR_CLASSES, Metrics};
use pool::Pool;
use program::{Program, Programs};
pub use shared::Context;

/// The artifact, as every host loads it.
const ARTIFACT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/workflow_expr.wasm"));

/// The SHA-256 of the artifact that this crate carries, in lower-case hexadecimal. The npm
/// package of the same release reports the same one.
pub const DIGEST: &str = env!("WORKFLOW_EXPR_SHA256");

/// Which language a source is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Profile {
    /// The canonical workflow contract.
    #[default]
    Workflow,
    /// Plain JSONata 2.2.
    Jsonata,
}

impl Profile {
    /// Both profiles, the default first.
    pub const ALL: [Profile; 2] = [Profile::Workflow, Profile::Jsonata];

    /// The spelling on the wire and on command lines.
    pub fn as_str(self) -> &'static str {
        match self {
            Profile::Workflow => "workflow",
            Profile::Jsonata => "jsonata",
        }
    }
}

/// What an evaluation reads.
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
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evaluation {
    /// The value as JSON text; `None` is undefined, which the profile `jsonata` alone can
    /// answer with.
    pub json: Option<String>,
    /// What it cost.
    pub spent: Spent,
}

/// What [`Host::check`] found out about a source.
#[derive(Clone, Debug)]
pub struct Check {
    /// The source after normalization.
    pub normalized: String,
    /// Callee names in the order of the walk, if it came to its end.
    pub functions: Option<Vec<String>>,
    /// The first violation.
    pub error: Option<EngineError>,
}

/// Which contract, engine and wire the module is.
#[derive(Clone, PartialEq, Eq, Debug, serde::Deserialize)]
pub struct Description {
    /// The contract, such as `workflow/1`.
    pub contract: String,
    /// The engine's version.
    pub engine: String,
    /// The wire's version.
    pub wire: u32,
    /// The profiles that it has.
    pub profiles: Vec<String>,
}

/// The artifact, compiled for this machine and ready to run.
///
/// Making one compiles the whole module, unless [`Settings::cache`] has it, so a process
/// makes one and clones it.
#[derive(Clone)]
pub struct Host {
    shared: Arc<Shared>,
    time: Time,
}

struct Shared {
    pool: Pool,
    programs: Programs,
}

impl Host {
    /// A host with default settings.
    pub fn new() -> Result<Self, HostError> {
        Host::with_settings(Settings::default())
    }

    /// A host with settings of its own.
    pub fn with_settings(settings: Settings) -> Result<Self, HostError> {
        let programs = Programs::new(settings.kept_expressions);
        let pool = Pool::new(ARTIFACT, settings)?;
        let shared = Arc::new(Shared { pool, programs });
        Ok(Host { shared, time: Time::Unlimited })
    }

    /// This host, with a time for each call: what the module has not answered after `time`
    /// is stopped, and is [`HostError::Deadline`]. That holds of compiling, of checks and
    /// decisions, of [`Host::evaluate_many`], and of evaluations of each [`Expr`] and over
    /// each [`Context`] that the host gives. Everything else is shared with this host.
    ///
    /// The engine's own budget ends every evaluation, at the same step on every host; a
    /// deadline is for a service that cannot wait so long, and what it stops depends on the
    /// machine. Calls with a deadline run machine code of their own, which takes a fifth to
    /// a half more time and is compiled when it is first asked for. That is not counted.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use host_wasmtime::{Host, HostError, Json, Limits, MappingInputs};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?.within(Duration::from_millis(20));
    /// let limits = Limits { steps: Some(1 << 50), bytes: Some(1 << 50), depth: None };
    /// let inputs = MappingInputs { limits, ..MappingInputs::default() };
    /// let slow = r#"{"n": {"$expr": "len([1..100000][len([1..100000][$ < 0]) > 0])"}}"#;
    /// let stopped = host.resolve_mapping(&Json::parse(slow)?, &inputs);
    /// assert!(matches!(stopped, Err(HostError::Deadline)));
    ///
    /// let patient = host.within(Duration::from_secs(60));
    /// let resolved = patient.resolve_mapping(&Json::parse(r#"{"n": 7}"#)?, &inputs)?;
    /// assert_eq!(resolved.value.as_str(), r#"{"n":7}"#);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "this host has no other time than before"]
    pub fn within(&self, time: Duration) -> Self {
        Host { shared: Arc::clone(&self.shared), time: Time::Each(time) }
    }

    /// Compiles a source, or finds it compiled among the last
    /// [`Settings::kept_expressions`].
    ///
    /// ```
    /// # use host_wasmtime::{Host, Profile};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// let expr = host.compile("len(payload.items)", Profile::Workflow)?;
    /// assert_eq!(expr.functions(), ["len"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn compile(&self, source: &str, profile: Profile) -> Result<Expr, HostError> {
        self.compile_json(&Json::from_text(source), profile)
    }

    /// Compiles a source that is given as a JSON string, which can hold the lone surrogates
    /// that a Rust string cannot.
    pub fn compile_json(
        &self,
        source: &Json,
        profile: Profile,
    ) -> Result<Expr, HostError> {
        let Shared { pool, programs } = &*self.shared;
        let request = wire::source_request(source, profile);
        if let Some(program) = programs.find(&request) {
            Counters::count(&pool.counters.expressions_found);
            return Ok(Expr { host: self.clone(), program });
        }
        let program = self.run(|instance| {
            let compiled = instance.compile(&request)?;
            let handle = compiled.handle;
            let parts = compiled.into_parts();
            let program = programs.keep(Program::new(request.into(), profile, parts));
            instance.remember(&program, handle)?;
            Ok(program)
        })?;
        Ok(Expr { host: self.clone(), program })
    }

    /// Checks a source without keeping a program. A violation is no failure of the check:
    /// it is in [`Check::error`].
    pub fn check(&self, source: &str, profile: Profile) -> Result<Check, HostError> {
        let request = wire::source_request(&Json::from_text(source), profile);
        self.run(|instance| wire::read_check(&instance.call(Call::Validate, &request)?))
    }

    /// Sends a request of `decide`, as docs/wire.md has it, and gives the result document
    /// as it comes. The other methods of this kind are typed; this one is for tools.
    pub fn decide(&self, request: &Json) -> Result<String, HostError> {
        self.run(|instance| instance.call(Call::Decide, request.as_str().as_bytes()))
    }

    /// What this host and its clones have done so far.
    ///
    /// ```
    /// # use host_wasmtime::{Host, Inputs, Profile};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// host.compile("1 + 2", Profile::Workflow)?.evaluate(&Inputs::default())?;
    /// let metrics = host.metrics();
    /// assert_eq!((metrics.calls, metrics.instances_created), (2, 1));
    /// assert!(metrics.memory_bytes <= 1 << 20);
    /// # Ok(())
    /// # }
    /// ```
    pub fn metrics(&self) -> Metrics {
        self.shared.pool.metrics()
    }

    /// Which contract, engine and wire the module is.
    pub fn describe(&self) -> Result<Description, HostError> {
        self.run(|instance| wire::read_description(&instance.call(Call::Describe, &[])?))
    }

    /// Runs `work` on an instance, within the time of a call.
    fn run<T>(
        &self,
        work: impl FnOnce(&mut Instance) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        let deadline = self.deadline()?;
        self.shared.pool.run(deadline, work)
    }

    /// When a call that begins now is stopped.
    fn deadline(&self) -> Result<Option<Deadline>, HostError> {
        match self.time {
            Time::Unlimited => Ok(None),
            Time::Each(time) => {
                self.shared.pool.prepare_deadlines()?;
                Ok(Some(Deadline::after(time)))
            }
            Time::Until(deadline) => Ok(Some(deadline)),
        }
    }

    /// This host, for a call that crosses to the module more than once: all of it has the
    /// time of one.
    fn for_one_call(&self) -> Result<Self, HostError> {
        let time = self.deadline()?.map_or(Time::Unlimited, Time::Until);
        Ok(Host { shared: Arc::clone(&self.shared), time })
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("digest", &DIGEST)
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}

/// A compiled expression. It outlives every instance of the module: where it is not
/// compiled yet, or no longer, evaluating compiles it again.
#[derive(Clone, Debug)]
pub struct Expr {
    host: Host,
    program: Arc<Program>,
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
fn spent(result: &Result<Evaluation, HostError>) -> Option<Spent> {
    match result {
        Ok(evaluation) => Some(evaluation.spent),
        Err(error) => error.engine().map(|error| error.spent),
    }
}
