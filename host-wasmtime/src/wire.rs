//! Requests and results of the module, as docs/wire.md has them.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::error::{EngineError, HostError, Lossy};
use crate::{Check, Description, Estimate, Evaluation, Inputs, Json, Profile, Spent};

/// The version of the documents.
const VERSION: u32 = 1;

/// The code of a handle whose program was released or evicted.
const STALE_HANDLE: &str = "W0108";

/// The handle of a batch, whose request names its programs.
pub(crate) const BATCH: u32 = 0;

/// What `compile` answers with.
#[derive(Deserialize)]
pub(crate) struct Compiled {
    pub(crate) handle: u32,
    functions: Vec<Lossy>,
    reads: Box<RawValue>,
    estimate: Estimate,
}

impl Compiled {
    /// The functions that are called, what is read of the context, and what it will cost.
    pub(crate) fn into_parts(self) -> (Vec<String>, Json, Estimate) {
        let functions = self.functions.into_iter().map(|name| name.0).collect();
        (functions, Json::from_raw(self.reads), self.estimate)
    }
}

/// The members of a result that say how the call went. One of a batch has no version.
#[derive(Deserialize)]
struct Outcome<'a> {
    v: Option<u32>,
    #[serde(borrow, default, deserialize_with = "present")]
    ok: Option<&'a RawValue>,
    #[serde(default)]
    undefined: bool,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(default)]
    steps: u64,
    #[serde(default)]
    bytes: u64,
}

/// A member that is there, even if it is `null`, which serde takes for an absent one.
fn present<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// The request of `compile` and `validate`.
pub(crate) fn source_request(source: &Json, profile: Profile) -> Vec<u8> {
    let profile = profile.as_str();
    let source = source.as_str();
    format!(r#"{{"v":{VERSION},"source":{source},"profile":"{profile}"}}"#).into_bytes()
}

/// The request of `load`.
pub(crate) fn load_request(context: Option<&Json>) -> Vec<u8> {
    let mut request = format!(r#"{{"v":{VERSION}"#);
    if let Some(context) = context {
        write_member(&mut request, "context", context.as_str());
    }
    request.push('}');
    request.into_bytes()
}

/// The request of `evaluate`, over a resident context or of a batch where there is one.
pub(crate) fn evaluate_request(
    inputs: &Inputs,
    resident: Option<u32>,
    programs: Option<&[u32]>,
) -> Vec<u8> {
    let mut request = format!(r#"{{"v":{VERSION}"#);
    write_number(&mut request, "resident", resident);
    if let Some(programs) = programs {
        write_member(&mut request, "programs", &format!("{programs:?}"));
    }
    for (name, json) in [("context", &inputs.context), ("bindings", &inputs.bindings)] {
        if let Some(json) = json {
            write_member(&mut request, name, json.as_str());
        }
    }
    write_number(&mut request, "now", inputs.now);
    write_number(&mut request, "seed", inputs.seed);
    let mut limits = String::from("{");
    write_number(&mut limits, "steps", inputs.limits.steps);
    write_number(&mut limits, "bytes", inputs.limits.bytes);
    write_number(&mut limits, "depth", inputs.limits.depth);
    if limits != "{" {
        limits.push('}');
        write_member(&mut request, "limits", &limits);
    }
    if inputs.read_all {
        write_member(&mut request, "reads", r#""all""#);
    }
    request.push('}');
    request.into_bytes()
}

fn write_number(object: &mut String, name: &str, number: Option<impl ToString>) {
    if let Some(number) = number {
        write_member(object, name, &number.to_string());
    }
}

fn write_member(object: &mut String, name: &str, json: &str) {
    if !object.ends_with('{') {
        object.push(',');
    }
    object.push('"');
    object.push_str(name);
    object.push_str("\":");
    object.push_str(json);
}

/// Reads what `compile` answered.
pub(crate) fn read_compiled(document: &str) -> Result<Compiled, HostError> {
    match read_outcome(document)?.engine_error()? {
        Some(error) => Err(HostError::Engine(Box::new(error))),
        None => read(document),
    }
}

/// Reads what `load` answered.
pub(crate) fn read_loaded(document: &str) -> Result<u32, HostError> {
    #[derive(Deserialize)]
    struct Loaded {
        resident: u32,
    }

    match read_outcome(document)?.engine_error()? {
        Some(error) => Err(HostError::Engine(Box::new(error))),
        None => Ok(read::<Loaded>(document)?.resident),
    }
}

/// Reads what `evaluate` answered.
pub(crate) fn read_evaluation(document: &str) -> Result<Evaluation, HostError> {
    let result = read_outcome(document)?.evaluation()?;
    result.map_err(|error| HostError::Engine(Box::new(error)))
}

/// Reads what `evaluate` answered to a batch.
pub(crate) fn read_batch(
    document: &str,
) -> Result<Vec<Result<Evaluation, EngineError>>, HostError> {
    #[derive(Deserialize)]
    struct Batch<'a> {
        #[serde(borrow)]
        results: Vec<Outcome<'a>>,
    }

    if let Some(error) = read_outcome(document)?.engine_error()? {
        return Err(HostError::Engine(Box::new(error)));
    }
    let batch: Batch<'_> = read(document)?;
    batch.results.iter().map(Outcome::evaluation).collect()
}

/// Whether `evaluate` found no program behind its handle.
pub(crate) fn is_stale_handle(document: &str) -> bool {
    let error = read_outcome(document).and_then(|outcome| outcome.engine_error());
    matches!(error, Ok(Some(error)) if error.code == STALE_HANDLE)
}

/// Reads what `validate` answered. An error without a normalized text is not about the
/// source, but about the request.
pub(crate) fn read_check(document: &str) -> Result<Check, HostError> {
    #[derive(Deserialize)]
    struct Found {
        normalized: Option<Lossy>,
        functions: Option<Vec<Lossy>>,
    }

    let error = read_outcome(document)?.engine_error()?;
    let found: Found = read(document)?;
    let functions =
        found.functions.map(|names| names.into_iter().map(|name| name.0).collect());
    match (found.normalized, error) {
        (Some(normalized), error) => {
            Ok(Check { normalized: normalized.0, functions, error })
        }
        (None, Some(error)) => Err(HostError::Engine(Box::new(error))),
        (None, None) => {
            Err(HostError::Wire("a check gives no normalized text".to_owned()))
        }
    }
}

/// Reads what `describe` answered.
pub(crate) fn read_description(document: &str) -> Result<Description, HostError> {
    read_outcome(document)?;
    read(document)
}

impl Outcome<'_> {
    fn spent(&self) -> Spent {
        Spent { steps: self.steps, bytes: self.bytes }
    }

    fn engine_error(&self) -> Result<Option<EngineError>, HostError> {
        self.error.map(|error| EngineError::read(error, self.spent())).transpose()
    }

    fn evaluation(&self) -> Result<Result<Evaluation, EngineError>, HostError> {
        if let Some(error) = self.engine_error()? {
            return Ok(Err(error));
        }
        let json = match (self.ok, self.undefined) {
            (Some(json), false) => Some(json.get().to_owned()),
            (None, true) => None,
            _ => {
                let reason = "an evaluation gives neither a value nor an error";
                return Err(HostError::Wire(reason.to_owned()));
            }
        };
        Ok(Ok(Evaluation { json, spent: self.spent() }))
    }
}

fn read_outcome(document: &str) -> Result<Outcome<'_>, HostError> {
    let outcome: Outcome<'_> = read(document)?;
    match outcome.v {
        Some(VERSION) => Ok(outcome),
        Some(version) => Err(HostError::Wire(format!("it speaks version {version}"))),
        None => Err(HostError::Wire("it names no version".to_owned())),
    }
}

fn read<'a, T: Deserialize<'a>>(document: &'a str) -> Result<T, HostError> {
    serde_json::from_str(document).map_err(|error| HostError::Wire(error.to_string()))
}
