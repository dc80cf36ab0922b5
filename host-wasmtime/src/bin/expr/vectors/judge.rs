//! Whether an answer is what a vector asks for.

use host_wasmtime::{
    EngineError, Evaluation, Host, HostError, Inputs, Json, Limits, Profile,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::canonical::Canonical;
use super::older;
use super::vector::{Case, Task};

/// The time of a vector that says nothing; `null` is no time at all.
const DEFAULT_NOW: &str = "2026-03-04T05:06:07.089Z";
/// Classes whose message the contract fixes.
const FIXED_MESSAGES: [&str; 7] = [
    "lambda",
    "dynamic-call",
    "apply",
    "disallowed-function",
    "helper-rebinding",
    "not-serializable",
    "too-large",
];
/// Codes whose message the contract, or the author of the expression, fixes.
const FIXED_CODES: [&str; 3] = ["D3137", "D3141", "T1006"];

/// Runs cases and compares.
pub(super) struct Judge<'a> {
    pub(super) host: &'a Host,
    pub(super) canonical: &'a Canonical,
}

/// What a vector may expect of an evaluation.
#[derive(Deserialize)]
struct Expect {
    #[serde(default, deserialize_with = "present")]
    ok: Option<Box<RawValue>>,
    #[serde(default)]
    undefined: bool,
    #[serde(rename = "okLength")]
    ok_length: Option<usize>,
    #[serde(rename = "okSha256")]
    ok_sha256: Option<String>,
    error: Option<Box<RawValue>>,
    #[serde(rename = "redactionPaths")]
    redaction_paths: Option<Box<RawValue>>,
}

/// The members of an error that are compared.
#[derive(Deserialize)]
struct ErrorOf {
    class: Option<String>,
    code: Option<String>,
    category: Option<String>,
    message: Option<Box<RawValue>>,
    position: Option<Box<RawValue>>,
    token: Option<Box<RawValue>>,
    path: Option<Box<RawValue>>,
    #[serde(rename = "pathAbsent")]
    path_absent: Option<serde::de::IgnoredAny>,
    native: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct LimitsOf {
    steps: Option<u64>,
    bytes: Option<u64>,
    depth: Option<u32>,
}

/// A member that is there, even if it is `null`, which serde takes for an absent one.
fn present<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

impl Judge<'_> {
    /// Does what the case asks for, and says what is otherwise than expected.
    pub(super) fn run(&self, case: &Case<'_>) -> Result<(), String> {
        match case.task {
            Task::Evaluate(profile) => self.evaluate(case, profile),
            Task::Decide(request) => self.decide(case, request),
            Task::DecideOlder(kind) => {
                let now = case.member::<String>("now")?;
                let now = now.as_deref().unwrap_or(DEFAULT_NOW);
                let Judge { host, canonical } = self;
                let request = older::request(case, kind, now, host, canonical)?;
                self.decide(case, &request)
            }
            Task::Excluded => Ok(()),
        }
    }

    fn evaluate(&self, case: &Case<'_>, profile: Profile) -> Result<(), String> {
        let source = Json::parse(case.raw("source").ok_or("there is no `source`")?)
            .map_err(|error| error.to_string())?;
        let inputs = self.inputs(case)?;
        let result = self
            .host
            .compile_json(&source, profile)
            .and_then(|expr| expr.evaluate(&inputs));
        let expect = case.raw("ours").or(case.raw("expect")).ok_or("no `expect`")?;
        let expect: Expect =
            serde_json::from_str(expect).map_err(|error| format!("`expect`: {error}"))?;
        if !self.agrees(&expect, &result)? {
            return Err(format!("wants {}, got {}", described(&expect), told(&result)));
        }
        let steps = match &result {
            Ok(evaluation) => Some(evaluation.spent.steps),
            Err(error) => error.engine().map(|error| error.spent.steps),
        };
        match case.member::<u64>("steps")? {
            Some(wanted) if steps != Some(wanted) => {
                Err(format!("wants {wanted} steps, got {steps:?}"))
            }
            _ => self.check(case, &source, profile),
        }
    }

    fn decide(&self, case: &Case<'_>, request: &str) -> Result<(), String> {
        let request = self.canonical.document(request)?;
        let members =
            request.as_str().strip_prefix('{').ok_or("`decide` is no object")?;
        let request = Json::parse(&format!(r#"{{"v":1,{members}"#))
            .map_err(|error| error.to_string())?;
        let document = self.host.decide(&request).map_err(|error| error.to_string())?;
        let got: Expect =
            serde_json::from_str(&document).map_err(|error| error.to_string())?;
        let wanted = case.raw("ours").or(case.raw("expect")).ok_or("no `expect`")?;
        let expect: Expect =
            serde_json::from_str(wanted).map_err(|error| format!("`expect`: {error}"))?;
        let same = match (&expect.error, &expect.ok, &got) {
            (Some(wanted), _, Expect { error: Some(got), .. }) => {
                self.same_error(wanted, got.get())?
            }
            (None, Some(wanted), Expect { ok: Some(ok), .. }) => {
                let none = RawValue::from_string("[]".to_owned());
                let none = none.map_err(|error| error.to_string())?;
                let redacted = |it: &Expect| {
                    let paths = it.redaction_paths.as_ref().unwrap_or(&none);
                    self.canonical.text(paths.get())
                };
                self.canonical.value(wanted.get())?.as_deref() == Some(ok.get())
                    && redacted(&expect)? == redacted(&got)?
            }
            (None, None, Expect { ok: Some(ok), .. }) => self.has_members(wanted, ok)?,
            _ => false,
        };
        match same {
            true => Ok(()),
            false => Err(format!("wants {wanted}, got {document}")),
        }
    }

    /// What the case reads.
    fn inputs(&self, case: &Case<'_>) -> Result<Inputs, String> {
        let document =
            |name| case.raw(name).map(|it| self.canonical.document(it)).transpose();
        let now = match case.raw("now") {
            None => Some(DEFAULT_NOW.to_owned()),
            Some("null") => None,
            Some(_) => case.member::<String>("now")?,
        };
        let now = now.map(|now| now.parse::<Timestamp>()).transpose();
        let now = now.map_err(|error| format!("`now`: {error}"))?;
        let limits = case.member::<LimitsOf>("limits")?;
        let limits =
            limits.map(|LimitsOf { steps, bytes, depth }| Limits { steps, bytes, depth });
        Ok(Inputs {
            context: document("context")?,
            bindings: document("bindings")?,
            now: now.map(Timestamp::as_millisecond),
            seed: case.member("seed")?,
            limits: limits.unwrap_or_default(),
            ..Inputs::default()
        })
    }

    fn agrees(
        &self,
        expect: &Expect,
        result: &Result<Evaluation, HostError>,
    ) -> Result<bool, String> {
        let failed = result.as_ref().err().and_then(HostError::engine);
        let json = result.as_ref().ok().map(|evaluation| evaluation.json.as_deref());
        match expect {
            Expect { error: Some(wanted), .. } => {
                failed.map_or(Ok(false), |got| self.same_error(wanted, got.json()))
            }
            Expect { undefined: true, .. } => Ok(json == Some(None)),
            Expect { ok_sha256: Some(wanted), ok_length, .. } => {
                Ok(json.flatten().is_some_and(|got| {
                    Some(got.encode_utf16().count()) == *ok_length
                        && digest(got) == *wanted
                }))
            }
            Expect { ok: Some(wanted), .. } => {
                Ok(match self.canonical.value(wanted.get())? {
                    Some(wanted) => json.flatten() == Some(wanted.as_str()),
                    None => failed.is_some_and(|got| got.class == "not-serializable"),
                })
            }
            _ => Err("`expect` has no ok, error, undefined or okSha256".to_owned()),
        }
    }

    /// Compares what validation alone says, where the case asks for it.
    fn check(
        &self,
        case: &Case<'_>,
        source: &Json,
        profile: Profile,
    ) -> Result<(), String> {
        let normalized = case.member::<String>("normalized")?;
        let functions = case.member::<Vec<String>>("functions")?;
        let verdict = case.raw("oursValidate").or(case.raw("validate"));
        if normalized.is_none() && functions.is_none() && verdict.is_none() {
            return Ok(());
        }
        let source: String =
            serde_json::from_str(source.as_str()).map_err(|error| error.to_string())?;
        let check = self.host.check(&source, profile).map_err(|it| it.to_string())?;
        if let Some(wanted) = normalized.filter(|it| *it != check.normalized) {
            return Err(format!("wants normalized {wanted}, got {}", check.normalized));
        }
        if functions.is_some() && functions != check.functions {
            let got = check.functions;
            return Err(format!("wants functions {functions:?}, got {got:?}"));
        }
        let Some(verdict) = verdict else { return Ok(()) };
        let wanted: Expect =
            serde_json::from_str(verdict).map_err(|it| format!("`validate`: {it}"))?;
        let same = match (&wanted.error, &check.error) {
            (None, None) => true,
            (Some(wanted), Some(got)) => self.same_error(wanted, got.json())?,
            _ => false,
        };
        let got = check.error.as_ref().map_or("valid", EngineError::json);
        if same { Ok(()) } else { Err(format!("validate wants {verdict}, got {got}")) }
    }

    /// Class and code always, the message where it is fixed, the place of syntax errors;
    /// of a mapping its category, message and path. Of an error that was the JavaScript
    /// engine's own the class alone.
    fn same_error(&self, wanted: &RawValue, got: &str) -> Result<bool, String> {
        let read = |json| {
            serde_json::from_str::<ErrorOf>(json).map_err(|error| error.to_string())
        };
        let (want, got) = (read(wanted.get())?, read(got)?);
        let code = want.code.as_deref().unwrap_or_default();
        let same_code = want.code.is_none() || want.code == got.code;
        if want.category.is_some() {
            let known = want.path.is_some() || want.path_absent.is_some();
            // A mark that there is no path is no text.
            let path = want.path.filter(|it| it.get().starts_with('"'));
            let path = path.map(|it| self.canonical.text(it.get())).transpose()?;
            return Ok(want.category == got.category
                && same_code
                && self.same(want.message.as_deref(), got.message.as_deref())?
                && (!known
                    || path.as_deref() == got.path.as_deref().map(RawValue::get)));
        }
        if want.class != got.class || want.native.is_some() {
            return Ok(want.class == got.class);
        }
        let class = want.class.as_deref().unwrap_or_default();
        let fixed = FIXED_MESSAGES.contains(&class) || FIXED_CODES.contains(&code);
        Ok(same_code
            && (!fixed || self.same(want.message.as_deref(), got.message.as_deref())?)
            && (class != "syntax"
                || self.same(want.position.as_deref(), got.position.as_deref())?
                    && self.same(want.token.as_deref(), got.token.as_deref())?))
    }

    /// Whether two members are the same JSON; what a vector does not say is not compared.
    fn same(
        &self,
        wanted: Option<&RawValue>,
        got: Option<&RawValue>,
    ) -> Result<bool, String> {
        match (wanted, got) {
            (None, _) => Ok(true),
            (Some(_), None) => Ok(false),
            (Some(wanted), Some(got)) => {
                let got = self.canonical.text(got.get())?;
                Ok(self.canonical.value(wanted.get())? == Some(got))
            }
        }
    }

    /// Whether `got` has the members of the object `wanted`.
    fn has_members(&self, wanted: &str, got: &RawValue) -> Result<bool, String> {
        type Members = std::collections::BTreeMap<String, Box<RawValue>>;
        let read = |json| {
            serde_json::from_str::<Members>(json).map_err(|error| error.to_string())
        };
        let got = read(got.get())?;
        for (name, wanted) in read(wanted)? {
            if !self.same(Some(&wanted), got.get(&name).map(AsRef::as_ref))? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn described(expect: &Expect) -> String {
    match (&expect.error, &expect.ok, &expect.ok_sha256) {
        (Some(error), _, _) => format!("error {error}"),
        (None, Some(json), _) => json.to_string(),
        (None, None, Some(digest)) => format!("text with the SHA-256 {digest}"),
        (None, None, None) => "undefined".to_owned(),
    }
}

fn told(result: &Result<Evaluation, HostError>) -> String {
    match result {
        Ok(evaluation) => evaluation.json.clone().unwrap_or("undefined".to_owned()),
        Err(HostError::Engine(error)) => format!("error {}", error.json()),
        Err(error) => error.to_string(),
    }
}

fn digest(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
