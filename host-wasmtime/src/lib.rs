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
mod expression;
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
pub use expression::{Evaluation, Expr, Inputs, Limits, Spent};
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
///
/// ```
/// # use host_wasmtime::{DIGEST, Host};
/// assert_eq!(DIGEST.len(), 64);
/// assert!(format!("{:?}", Host::new().unwrap()).contains(DIGEST));
/// ```
pub const DIGEST: &str = env!("WORKFLOW_EXPR_SHA256");

/// Which language a source is written in.
///
/// ```
/// # use host_wasmtime::{Host, Profile};
/// # fn main() -> Result<(), host_wasmtime::HostError> {
/// let host = Host::new()?;
/// assert!(host.compile("$sum([1..10])", Profile::Jsonata).is_ok());
/// let refused = host.compile("$sum([1..10])", Profile::Workflow).unwrap_err();
/// assert_eq!(refused.class(), "disallowed-function");
/// # Ok(())
/// # }
/// ```
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
    ///
    /// ```
    /// # use host_wasmtime::Profile;
    /// assert_eq!(Profile::ALL.map(Profile::as_str), ["workflow", "jsonata"]);
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Profile::Workflow => "workflow",
            Profile::Jsonata => "jsonata",
        }
    }
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
    ///
    /// ```
    /// # use host_wasmtime::{Host, Settings};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::with_settings(Settings { memory_bytes: 64 << 20, ..Settings::default() })?;
    /// assert_eq!(host.describe()?.contract, "workflow/1");
    /// # Ok(())
    /// # }
    /// ```
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
    /// a half more time and is compiled when it is first asked for. That is not counted;
    /// starting an instance is, though only the module's own work can be stopped.
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
    ///
    /// ```
    /// # use host_wasmtime::{Host, Inputs, Json, Profile};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let source = Json::parse(r#""'\ud800'""#)?;
    /// let expr = Host::new()?.compile_json(&source, Profile::Workflow)?;
    /// let json = expr.evaluate(&Inputs::default())?.json;
    /// assert_eq!(json.as_deref(), Some(r#""\ud800""#));
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```
    /// # use host_wasmtime::{Host, Profile};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// let check = host.check("len(payload.items) == 2", Profile::Workflow)?;
    /// assert_eq!(check.normalized, "$len(payload.items) = 2");
    /// assert_eq!(check.functions, Some(vec!["len".to_owned()]));
    /// assert!(check.error.is_none());
    ///
    /// let check = host.check("lenn(payload.items)", Profile::Workflow)?;
    /// assert_eq!(check.error.unwrap().suggestion.as_deref(), Some("len"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn check(&self, source: &str, profile: Profile) -> Result<Check, HostError> {
        let request = wire::source_request(&Json::from_text(source), profile);
        self.run(|instance| wire::read_check(&instance.call(Call::Validate, &request)?))
    }

    /// Sends a request of `decide`, as docs/wire.md has it, and gives the result document
    /// as it comes. The other methods of this kind are typed; this one is for tools.
    ///
    /// ```
    /// # use host_wasmtime::{Host, Json};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let request = Json::parse(r#"{"v":1,"ask":"expand","value":{"a.b":1}}"#)?;
    /// let document = Host::new()?.decide(&request)?;
    /// assert!(document.contains(r#"{"a":{"b":1}}"#));
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```
    /// # use host_wasmtime::Host;
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let description = Host::new()?.describe()?;
    /// assert_eq!((description.contract.as_str(), description.wire), ("workflow/1", 1));
    /// assert_eq!(description.profiles, ["workflow", "jsonata"]);
    /// # Ok(())
    /// # }
    /// ```
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
