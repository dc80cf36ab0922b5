//! A file of vectors → what is to be done with each.

use std::collections::BTreeMap;

use host_wasmtime::Profile;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// Groups that run plain JSONata although their files do not say so.
const PLAIN_GROUPS: [&str; 2] = ["random-full", "builtins-full"];
/// Groups of decisions whose vectors are older than the wire.
const OLDER_GROUPS: [(&str, Older); 3] = [
    ("mappings", Older::Mapping),
    ("correlation", Older::Correlation),
    ("wait-match", Older::Wait),
];

/// A file.
#[derive(Deserialize)]
#[serde(expecting = "an object with `meta` and `vectors`")]
pub(super) struct Suite {
    meta: Meta,
    /// Members stay raw text: contexts must reach the module as they are, and serde_json
    /// would refuse lone surrogates.
    pub(super) vectors: Vec<BTreeMap<String, Box<RawValue>>>,
}

#[derive(Deserialize)]
struct Meta {
    group: Option<String>,
    profile: Option<String>,
}

/// A vector beside the head of its file.
pub(super) struct Case<'a> {
    pub(super) name: String,
    pub(super) task: Task<'a>,
    fields: &'a BTreeMap<String, Box<RawValue>>,
}

/// What is to be done with a vector.
pub(super) enum Task<'a> {
    Evaluate(Profile),
    /// To ask for a decision, by a request without `v`.
    Decide(&'a str),
    /// Nothing: we answer otherwise on purpose, and the vector does not say how.
    Excluded,
    /// To ask for a decision that is not written as a request.
    DecideOlder(Older),
}

/// What an older vector is about.
#[derive(Clone, Copy)]
pub(super) enum Older {
    Mapping,
    Correlation,
    Wait,
}

impl Suite {
    pub(super) fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    pub(super) fn case<'a>(
        &'a self,
        fields: &'a BTreeMap<String, Box<RawValue>>,
    ) -> Case<'a> {
        let mut case = Case { name: String::new(), task: Task::Excluded, fields };
        let text = |name| case.member::<String>(name).ok().flatten();
        let group = text("group").or_else(|| self.meta.group.clone()).unwrap_or_default();
        let name = format!("{group}/{}", text("id").unwrap_or_default());
        let plain = PLAIN_GROUPS.contains(&group.as_str())
            || self.meta.profile.as_deref() == Some("jsonata");
        let task = match case.raw("decide") {
            _ if case.raw("divergence").is_some() && case.raw("ours").is_none() => {
                Task::Excluded
            }
            Some(request) => Task::Decide(request),
            None => match OLDER_GROUPS.iter().find(|(name, _)| *name == group) {
                Some((_, kind)) => Task::DecideOlder(*kind),
                None if plain => Task::Evaluate(Profile::Jsonata),
                None => Task::Evaluate(Profile::Workflow),
            },
        };
        (case.name, case.task) = (name, task);
        case
    }
}

impl<'a> Case<'a> {
    /// A field as JSON text.
    pub(super) fn raw(&self, name: &str) -> Option<&'a str> {
        self.fields.get(name).map(|raw| raw.get())
    }

    /// A field as a value; `null` is none where the type says so.
    pub(super) fn member<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<T>, String> {
        let read = |text| {
            serde_json::from_str(text).map_err(|error| format!("`{name}`: {error}"))
        };
        self.raw(name).map(read).transpose()
    }
}
