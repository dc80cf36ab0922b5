//! Vector files → cases.
//!
//! The format is one for the shared vectors and for the project's own fixtures. In the
//! latter an unknown field is an error, since it is most likely a misspelt expectation.

mod decision;
mod expect;

use crate::json::Json;
use crate::subject::{Limits, Request};
pub(crate) use decision::expected as expected_decision;
pub use decision::{Decide, ExpectedAnswer, ExpectedDecision};
pub(crate) use expect::expected;
pub use expect::{Expect, ExpectedError};
use expect::{expected_verdict, whole};
use flate2::read::GzDecoder;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The clock of a case that says nothing; `null` is no clock at all.
pub const DEFAULT_NOW: &str = "2026-03-04T05:06:07.089Z";
/// Groups that run plain JSONata although their files do not say so.
const PLAIN_GROUPS: [&str; 2] = ["random-full", "builtins-full"];
/// The folder whose files may not hold unknown fields.
const OWN_FOLDER: &str = "parity-fixtures";
const OWN_FIELDS: [&str; 17] = [
    "bindings",
    "context",
    "decide",
    "divergence",
    "expect",
    "fixme",
    "functions",
    "id",
    "limits",
    "normalized",
    "now",
    "ours",
    "paragraph",
    "seed",
    "source",
    "steps",
    "validate",
];

/// One case, ready to be run.
#[derive(Debug)]
pub struct Case {
    /// Its name, `group/id`.
    pub name: String,
    /// Its group, for counts.
    pub group: String,
    /// The paragraph of the contract that it shows, by its own word or its file's.
    pub paragraph: Option<String>,
    /// What is to be done with it.
    pub task: Task,
}

/// What is to be done with a case.
#[derive(Debug)]
pub enum Task {
    /// Evaluate, and compare.
    Evaluate(Box<Evaluate>),
    /// Ask for a decision of the contract, and compare.
    Decide(Box<Decide>),
    /// Skip: we answer otherwise on purpose, and nothing says how. Holds the divergence.
    Exclude(String),
}

/// An evaluation and what it should give.
#[derive(Debug)]
pub struct Evaluate {
    /// What the subjects are asked.
    pub request: Request,
    /// What they should answer.
    pub expect: Expect,
    /// Steps that the evaluation takes, where the fixture fixes them.
    pub steps: Option<u64>,
    /// What validation alone should give.
    pub check: Option<Check>,
}

/// What validation alone should give; what is absent is not compared.
#[derive(Debug)]
pub struct Check {
    /// The text after normalization.
    pub normalized: Option<Json>,
    /// The names that the source calls.
    pub functions: Option<Json>,
    /// The verdict; `Some(None)` is a valid source.
    pub error: Option<Option<ExpectedError>>,
}

impl Check {
    /// What is to be compared, if anything is.
    pub(crate) fn new(
        normalized: Option<Json>,
        functions: Option<Json>,
        verdict: Option<Json>,
    ) -> Result<Option<Check>, String> {
        let error = verdict.as_ref().map(expected_verdict).transpose()?;
        let some = normalized.is_some() || functions.is_some() || error.is_some();
        Ok(some.then_some(Check { normalized, functions, error }))
    }
}

/// All cases below `paths`, in the order of files and lines.
pub fn read_all(paths: &[PathBuf]) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for path in paths {
        for file in vector_files(path)? {
            let found = read_file(&file)
                .map_err(|reason| format!("{}: {reason}", file.display()))?;
            cases.extend(found);
        }
    }
    let mut seen = BTreeSet::new();
    match cases.iter().find(|case| !seen.insert(case.name.as_str())) {
        Some(case) => Err(format!("two cases are called `{}`; rename one", case.name)),
        None => Ok(cases),
    }
}

/// The vector files at or below `path`. In a folder, what the oracle needs is no vector.
fn vector_files(path: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    let walk = WalkDir::new(path).sort_by_file_name().into_iter();
    let skipped = ["oracle", "data", "node_modules"];
    for entry in walk.filter_entry(|entry| {
        entry.depth() == 0 || !skipped.iter().any(|name| entry.file_name() == *name)
    }) {
        let entry = entry.map_err(|error| format!("cannot read vectors: {error}"))?;
        let name = entry.file_name().to_string_lossy();
        if entry.file_type().is_file()
            && (name.ends_with(".json") || name.ends_with(".json.gz"))
        {
            files.push(entry.into_path());
        }
    }
    if files.is_empty() {
        return Err(format!("{}: no .json or .json.gz file here", path.display()));
    }
    Ok(files)
}

fn read_file(path: &Path) -> Result<Vec<Case>, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let mut text = String::new();
    if path.extension().is_some_and(|it| it == "gz") {
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut text)
    } else {
        bytes.as_slice().read_to_string(&mut text)
    }
    .map_err(|error| error.to_string())?;
    let own =
        path.canonicalize().is_ok_and(|path| path.iter().any(|it| it == OWN_FOLDER));

    // Members stay raw text: contexts must reach the subjects as they are, and serde_json
    // would refuse lone surrogates.
    let file: BTreeMap<String, Box<RawValue>> = parse(&text)?;
    let meta = file.get("meta").ok_or("there is no `meta`")?;
    let meta = Json::parse(meta.get())?;
    let vectors = file.get("vectors").ok_or("there is no list `vectors`")?;
    let vectors: Vec<BTreeMap<String, Box<RawValue>>> = parse(vectors.get())?;
    if own && let Some(name) = file.keys().find(|it| *it != "meta" && *it != "vectors") {
        return Err(format!("unknown member `{name}`"));
    }
    let mut cases = Vec::new();
    for (index, fields) in vectors.iter().enumerate() {
        let vector = Vector { fields, meta: &meta };
        let id = vector.text("id")?.ok_or(format!("vector {index} has no `id`"))?;
        let unknown = fields.keys().find(|it| !OWN_FIELDS.contains(&it.as_str()));
        if let (true, Some(name)) = (own, unknown) {
            return Err(format!("{id}: unknown field `{name}`"));
        }
        cases.push(vector.case(&id).map_err(|reason| format!("{id}: {reason}"))?);
    }
    Ok(cases)
}

fn parse<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| format!("not a vector file: {error}"))
}

/// The fields of one vector beside the head of its file.
struct Vector<'a> {
    fields: &'a BTreeMap<String, Box<RawValue>>,
    meta: &'a Json,
}

impl Vector<'_> {
    fn raw(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(|raw| raw.get())
    }

    fn json(&self, name: &str) -> Result<Option<Json>, String> {
        self.raw(name).map(Json::parse).transpose()
    }

    fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.json(name)? {
            None => Ok(None),
            Some(json) => {
                json.to_text().map(Some).ok_or(format!("`{name}` must be text"))
            }
        }
    }

    /// A document for the subjects: as it stands, unless markers must be decoded.
    fn document(&self, name: &str) -> Result<Option<String>, String> {
        let Some(raw) = self.raw(name) else {
            return Ok(None);
        };
        if !raw.contains("\"$num\"") {
            return Ok(Some(raw.to_owned()));
        }
        let decoded = Json::parse(raw)?.decode_markers();
        let decoded = decoded.ok_or(format!("`{name}` holds what JSON cannot carry"))?;
        Ok(Some(decoded.to_wire()))
    }

    fn case(&self, id: &str) -> Result<Case, String> {
        let meta_text = |name| self.meta.get(name).and_then(Json::to_text);
        let group = self.text("group")?.or_else(|| meta_text("group"));
        let group = group.ok_or("neither the vector nor `meta` has a `group`")?;
        let name = format!("{group}/{id}");
        let divergence = self.text("divergence")?;
        let task = match divergence {
            Some(divergence) if self.raw("ours").is_none() => Task::Exclude(divergence),
            _ if decision::is_decision(&group) || self.raw("decide").is_some() => {
                Task::Decide(Box::new(self.decide(&group)?))
            }
            _ => {
                let plain = PLAIN_GROUPS.contains(&group.as_str())
                    || meta_text("profile").as_deref() == Some("jsonata");
                let profile = if plain { "jsonata" } else { "workflow" };
                Task::Evaluate(Box::new(self.evaluate(profile)?))
            }
        };
        let paragraph = self.text("paragraph")?.or_else(|| meta_text("paragraph"));
        Ok(Case { name, group, paragraph, task })
    }

    fn evaluate(&self, profile: &'static str) -> Result<Evaluate, String> {
        let now = match self.raw("now") {
            Some("null") => None,
            _ => Some(self.text("now")?.unwrap_or_else(|| DEFAULT_NOW.to_owned())),
        };
        let request = Request {
            source: self.raw("source").ok_or("there is no `source`")?.to_owned(),
            profile,
            context: self.document("context")?,
            bindings: self.document("bindings")?,
            now: now.as_deref().map(milliseconds).transpose()?,
            seed: whole(self.json("seed")?.as_ref(), "seed")?,
            limits: self.limits()?,
            ..Request::default()
        };
        let expect = self.json("ours")?.or(self.json("expect")?).ok_or("no `expect`")?;
        let verdict = self.json("oursValidate")?.or(self.json("validate")?);
        let check =
            Check::new(self.json("normalized")?, self.json("functions")?, verdict)?;
        Ok(Evaluate {
            request,
            expect: expected(expect)?,
            steps: whole(self.json("steps")?.as_ref(), "steps")?,
            check,
        })
    }

    fn limits(&self) -> Result<Limits, String> {
        let Some(limits) = self.json("limits")? else {
            return Ok(Limits::default());
        };
        let depth = whole(limits.get("depth"), "limits.depth")?;
        Ok(Limits {
            steps: whole(limits.get("steps"), "limits.steps")?,
            bytes: whole(limits.get("bytes"), "limits.bytes")?,
            depth: depth.map(|depth| u32::try_from(depth).unwrap_or(u32::MAX)),
        })
    }
}

/// Milliseconds since 1970 of RFC 3339 text in UTC.
pub(crate) fn milliseconds(now: &str) -> Result<i64, String> {
    let moment: Result<jiff::Timestamp, _> = now.parse();
    moment.map(jiff::Timestamp::as_millisecond).map_err(|error| format!("`now`: {error}"))
}
