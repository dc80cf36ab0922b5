//! The decisions of the contract around expressions, as methods of [`Host`].
//!
//! Arguments and answers are JSON in the shapes of docs/wire.md. The module decides; this
//! file asks. What holds data of others is text ([`Json`]), which carries everything that
//! the module does; a [`Value`] does not, and what it cannot hold is an error.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::error::{EngineError, HostError, Lossy};
use crate::{Host, Json, Limits, Spent};

/// Looks secrets up, before a mapping is resolved.
///
/// ```
/// # use host_wasmtime::{Host, Json, MappingInputs, SecretResolver};
/// # fn main() -> Result<(), host_wasmtime::HostError> {
/// struct Environment;
///
/// impl SecretResolver for Environment {
///     fn resolve(&self, name: &str) -> Result<String, String> {
///         std::env::var(name).map_err(|error| error.to_string())
///     }
/// }
///
/// let inputs = MappingInputs { secrets: Some(&Environment), ..MappingInputs::default() };
/// let mapping = Json::parse(r#"{"key": {"$secret": "NO_SUCH_VARIABLE"}}"#)?;
/// let failed = Host::new()?.resolve_mapping(&mapping, &inputs).unwrap_err();
/// assert_eq!(failed.engine().unwrap().category.as_deref(), Some("ActionError"));
/// # Ok(())
/// # }
/// ```
pub trait SecretResolver {
    /// The value of a secret, or why there is none.
    fn resolve(&self, name: &str) -> Result<String, String>;
}

impl<F: Fn(&str) -> Result<String, String>> SecretResolver for F {
    fn resolve(&self, name: &str) -> Result<String, String> {
        self(name)
    }
}

/// What a mapping is resolved over.
#[derive(Clone, Default)]
pub struct MappingInputs<'a> {
    /// What its expressions see; absent is undefined.
    pub context: Option<Json>,
    /// Who has its secrets; without one every secret fails.
    pub secrets: Option<&'a dyn SecretResolver>,
    /// The time in milliseconds since 1970, UTC.
    pub now: Option<i64>,
    /// What all expressions together may use up.
    pub limits: Limits,
}

/// A resolved mapping.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The value.
    pub value: Json,
    /// JSON pointers of the secrets in it: what logs must not show. Of a mapping that
    /// fails, [`EngineError::redaction_paths`] has those that were resolved before.
    pub redaction_paths: Vec<String>,
    /// What its expressions cost.
    pub spent: Spent,
}

/// How a wait is matched with signals.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MatchOptions {
    /// When signals arrived that do not say it, in milliseconds since 1970, UTC.
    pub now: Option<i64>,
    /// What matching may use up.
    pub limits: Limits,
}

/// Which signal a wait takes, and why not the others.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WaitMatch {
    /// The place of the first signal that matches, or -1.
    pub index: i64,
    /// The signals as a run keeps them; as text, since they may be nested at will.
    pub normalized: Vec<Json>,
    /// Whether each filter holds, a row a signal.
    pub per_filter: Vec<Vec<bool>>,
    /// Why each filter does not hold, a row a signal.
    pub reasons: Vec<Vec<Option<String>>>,
    /// What stops each signal.
    pub mismatches: Vec<Option<String>>,
    /// Whether each filter could be published.
    pub filter_schema_valid: Vec<bool>,
}

/// The request for a match, which passes the signals on unread.
#[derive(Serialize)]
struct MatchRequest<'a> {
    v: u32,
    ask: &'static str,
    descriptor: &'a Json,
    signals: &'a Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<i64>,
    limits: Map<String, Value>,
}

/// The request for a mapping or a value.
#[derive(Serialize)]
struct ResolveRequest<'a> {
    v: u32,
    ask: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mapping: Option<&'a Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<&'a Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secrets: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<i64>,
    limits: Map<String, Value>,
}

/// The members of a result document.
#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow)]
    ok: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(default, rename = "redactionPaths")]
    redaction_paths: Vec<Lossy>,
    #[serde(default)]
    steps: u64,
    #[serde(default)]
    bytes: u64,
}

impl Host {
    /// Resolves a mapping of input: an object, or null.
    ///
    /// The secrets in it are looked up first, and the first failure in entry order is the
    /// error, whether of a secret or of an expression. Looking them up counts for a host
    /// that has a time, but nothing stops a resolver.
    ///
    /// ```
    /// # use host_wasmtime::{Host, Json, MappingInputs};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// let secrets = |name: &str| Ok(format!("the value of {name}"));
    /// let inputs = MappingInputs {
    ///     context: Some(Json::parse(r#"{"payload": {"id": 7}}"#)?),
    ///     secrets: Some(&secrets),
    ///     ..MappingInputs::default()
    /// };
    /// let mapping = r#"{"key": {"$secret": "KEY"}, "id": {"$expr": "payload.id"}}"#;
    /// let resolved = host.resolve_mapping(&Json::parse(mapping)?, &inputs)?;
    /// assert_eq!(resolved.value.as_str(), r#"{"key":"the value of KEY","id":7}"#);
    /// assert_eq!(resolved.redaction_paths, ["/key"]);
    ///
    /// let mapping = r#"{"key": {"$secret": "KEY"}, "a": {"$expr": "payload.missing"}}"#;
    /// let failed = host.resolve_mapping(&Json::parse(mapping)?, &inputs).unwrap_err();
    /// assert_eq!(failed.engine().unwrap().path.as_deref(), Some("/a"));
    /// assert_eq!(failed.engine().unwrap().redaction_paths, ["/key"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn resolve_mapping(
        &self,
        mapping: &Json,
        inputs: &MappingInputs<'_>,
    ) -> Result<Resolved, HostError> {
        self.resolve("mapping", mapping, None, inputs)
    }

    /// Resolves any value; `path` is the JSON pointer of its place, if it has one.
    ///
    /// ```
    /// # use host_wasmtime::{Host, Json, MappingInputs};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// let value = Json::parse(r#"[1, {"$expr": "payload.missing"}]"#)?;
    /// let inputs = MappingInputs::default();
    /// let failed = host.resolve_value(&value, Some("/config/list"), &inputs).unwrap_err();
    /// assert_eq!(failed.engine().unwrap().path.as_deref(), Some("/config/list/1"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn resolve_value(
        &self,
        value: &Json,
        path: Option<&str>,
        inputs: &MappingInputs<'_>,
    ) -> Result<Resolved, HostError> {
        self.resolve("value", value, path, inputs)
    }

    /// Everything to know about a workflow definition, in one call: what is wrong with it,
    /// and what each of its expressions will cost. `options` are the members `rules` and
    /// `legacyRules`, or null.
    ///
    /// ```
    /// # use host_wasmtime::Host;
    /// # use serde_json::{Value, json};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// let step = json!({"id": "a", "type": "human.task", "config": {"title": {"$expr": ""}}});
    /// let check = host.check_document(&json!({"steps": [step]}), &Value::Null)?;
    /// assert_eq!(check["diagnostics"][0]["code"], "EMPTY_EXPRESSION");
    /// assert_eq!(check["diagnostics"][0]["stepPath"], "root.steps[0]");
    ///
    /// let step = json!({"id": "a", "type": "x", "config": {"all": {"$expr": "payload.items"}}});
    /// let check = host.check_document(&json!({"steps": [step]}), &Value::Null)?;
    /// let estimate = json!({"pointer": "/steps/0/config/all", "min": 2, "max": "O(n)"});
    /// assert_eq!(check["estimates"], json!([estimate]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn check_document(
        &self,
        definition: &Value,
        options: &Value,
    ) -> Result<Value, HostError> {
        let mut members = options.clone();
        if !members.is_object() {
            members = json!({});
        }
        if let Some(members) = members.as_object_mut() {
            members.insert("definition".to_owned(), definition.clone());
        }
        self.ask("document", &members)
    }

    /// By which keys waits find an event. `event` has the members of the ask
    /// `correlation`. A required rule without value is an error that names the event and
    /// the rules tried.
    ///
    /// ```
    /// # use host_wasmtime::Host;
    /// # use serde_json::json;
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let event = json!({"eventName": "TICKET_CREATED", "payload": {"ticketId": 7}});
    /// assert_eq!(Host::new()?.correlate(&event)?["key"], "7");
    /// # Ok(())
    /// # }
    /// ```
    pub fn correlate(&self, event: &Value) -> Result<Value, HostError> {
        self.ask("correlation", event)
    }

    /// Which of the signals, an array in the order of their arrival, a wait takes.
    ///
    /// ```
    /// # use host_wasmtime::{Host, Json, MatchOptions};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let wait = Json::parse(r#"{"eventName": "PAID", "correlationKey": "7"}"#)?;
    /// let signals = Json::parse(r#"[{"eventName": "PAID", "correlationKey": "7"}]"#)?;
    /// let found = Host::new()?.match_wait(&wait, &signals, MatchOptions::default())?;
    /// assert_eq!(found.index, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn match_wait(
        &self,
        descriptor: &Json,
        signals: &Json,
        options: MatchOptions,
    ) -> Result<WaitMatch, HostError> {
        let MatchOptions { now, limits } = options;
        let limits = limit_members(limits);
        let ask = "waitMatch";
        let request = MatchRequest { v: 1, ask, descriptor, signals, now, limits };
        let document = self.decide(&Json::from_value(&request)?)?;
        let (reply, _) = Reply::read(&document)?;
        reply.ok()
    }

    /// Whether an operator may act on a run, and through whom. `request` has the members
    /// of the ask `authority`.
    ///
    /// ```
    /// # use host_wasmtime::Host;
    /// # use serde_json::json;
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let request = json!({"action": "retry", "engine": "temporal", "status": "FAILED"});
    /// let decision = Host::new()?.decide_action(&request)?;
    /// assert_eq!(decision["details"]["code"], "WORKFLOW_TEMPORAL_ACTION_UNSUPPORTED");
    /// # Ok(())
    /// # }
    /// ```
    pub fn decide_action(&self, request: &Value) -> Result<Value, HostError> {
        self.ask("authority", request)
    }

    /// Whether the configuration of a wait is valid, and what is wrong with it.
    ///
    /// ```
    /// # use host_wasmtime::Host;
    /// # use serde_json::json;
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let verdict = Host::new()?.validate_wait(&json!({"eventName": "PAID"}))?;
    /// assert_eq!(verdict["errors"][0], "event.wait requires correlationKey expression");
    /// # Ok(())
    /// # }
    /// ```
    pub fn validate_wait(&self, config: &Value) -> Result<Value, HostError> {
        self.ask("waitConfig", &json!({ "config": config }))
    }

    /// Takes a step of the protocol of cancelling, and says what may be written then.
    /// `step` has the members of the ask `cancel`.
    ///
    /// ```
    /// # use host_wasmtime::Host;
    /// # use serde_json::json;
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let step = json!({"state": "requested", "event": "fail", "tenant": "t1",
    ///                   "runId": "r1"});
    /// let outcome = Host::new()?.step_cancel(&step)?;
    /// assert_eq!((&outcome["state"], &outcome["writes"]), (&json!("failed"), &json!([])));
    /// # Ok(())
    /// # }
    /// ```
    pub fn step_cancel(&self, step: &Value) -> Result<Value, HostError> {
        self.ask("cancel", step)
    }

    /// Plans what follows from an event: signals, launches, and the record of it. `input`
    /// has the members of the ask `ingress`; a candidate that is malformed is refused alone.
    ///
    /// ```
    /// # use host_wasmtime::Host;
    /// # use serde_json::json;
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// let event = json!({"eventId": "e1", "eventName": "PAID", "tenant": "t1"});
    /// let explicit = json!({"eventName": "PAID", "payload": {}, "explicit": "7"});
    /// let correlation = host.correlate(&explicit)?;
    /// let wait = json!({"waitId": "w1", "runId": "r1", "tenant": "t1", "type": "event",
    ///                   "eventName": "PAID", "key": "7"});
    /// let input = json!({"event": event, "correlation": correlation, "waits": [wait]});
    /// assert_eq!(host.plan_ingress(&input)?["signals"][0]["runId"], "r1");
    /// # Ok(())
    /// # }
    /// ```
    pub fn plan_ingress(&self, input: &Value) -> Result<Value, HostError> {
        self.ask("ingress", input)
    }

    /// The functions that authors may call, with examples.
    ///
    /// ```
    /// # use host_wasmtime::Host;
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let functions = Host::new()?.functions()?;
    /// assert!(functions.to_string().contains("coalesce"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn functions(&self) -> Result<Value, HostError> {
        self.ask("functions", &json!({}))
    }

    /// Answers any ask of docs/wire.md from its members: `rules`, `assign`, `expand` and the
    /// others.
    ///
    /// ```
    /// # use host_wasmtime::Host;
    /// # use serde_json::json;
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let expanded = Host::new()?.ask("expand", &json!({"value": {"a.b": 1}}))?;
    /// assert_eq!(expanded, json!({"a": {"b": 1}}));
    /// # Ok(())
    /// # }
    /// ```
    pub fn ask(&self, ask: &str, members: &Value) -> Result<Value, HostError> {
        self.ask_json(ask, &Json::from_value(members)?)?.to_value()
    }

    /// As [`Host::ask`], but in text, which carries what a [`Value`] cannot hold: halves of
    /// surrogate pairs, and documents that are nested deeply.
    ///
    /// ```
    /// # use host_wasmtime::{Host, Json};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let members = Json::parse(r#"{"value": {"a.b": "\ud800"}}"#)?;
    /// let expanded = Host::new()?.ask_json("expand", &members)?;
    /// assert_eq!(expanded.as_str(), r#"{"a":{"b":"\ud800"}}"#);
    /// let unreadable = expanded.to_value().unwrap_err();
    /// assert!(unreadable.to_string().contains("`/a/b`"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn ask_json(&self, ask: &str, members: &Json) -> Result<Json, HostError> {
        let text = members.as_str().strip_prefix('{');
        let members = text.and_then(|text| text.strip_suffix('}')).ok_or_else(|| {
            HostError::Json("the members of an ask must be an object".to_owned())
        })?;
        // Last, since the last of equal names counts: the members may hold any names.
        let comma = if members.trim().is_empty() { "" } else { "," };
        let ask = Json::from_text(ask);
        let ask = ask.as_str();
        let request = format!(r#"{{{members}{comma}"v":1,"ask":{ask}}}"#);
        let document = self.decide(&Json::parse(&request)?)?;
        let (reply, _) = Reply::read(&document)?;
        reply.json()
    }

    fn resolve(
        &self,
        ask: &'static str,
        value: &Json,
        path: Option<&str>,
        inputs: &MappingInputs<'_>,
    ) -> Result<Resolved, HostError> {
        let MappingInputs { context, secrets, now, limits } = inputs;
        let is_mapping = ask == "mapping";
        let host = self.for_one_call()?;
        let secrets = secrets
            .map(|resolver| host.look_up(value, !is_mapping, resolver))
            .transpose()?;
        let request = ResolveRequest {
            v: 1,
            ask,
            mapping: is_mapping.then_some(value),
            value: (!is_mapping).then_some(value),
            path,
            context: context.as_ref(),
            secrets,
            now: *now,
            limits: limit_members(*limits),
        };
        let document = host.decide(&Json::from_value(&request)?)?;
        let (reply, spent) = Reply::read(&document)?;
        let value = reply.json()?;
        let redaction_paths = texts(reply.redaction_paths);
        Ok(Resolved { value, redaction_paths, spent })
    }

    /// What a resolver says about each secret, by name.
    fn look_up(
        &self,
        value: &Json,
        root: bool,
        resolver: &dyn SecretResolver,
    ) -> Result<Json, HostError> {
        let members = format!(r#"{{"value":{},"root":{root}}}"#, value.as_str());
        let names = self.ask_json("secrets", &Json::parse(&members)?)?;
        let names: Vec<&RawValue> =
            serde_json::from_str(names.as_str()).map_err(broken)?;
        let outcomes: Vec<String> = names
            .into_iter()
            .map(|name| {
                let found = match serde_json::from_str::<String>(name.get()) {
                    Ok(name) => resolver.resolve(&name),
                    Err(_) => Err("its name has half a surrogate pair".to_owned()),
                };
                let outcome = match found {
                    Ok(value) => json!({ "value": value }),
                    Err(reason) => json!({ "error": reason }),
                };
                format!("{}:{outcome}", name.get())
            })
            .collect();
        Json::parse(&format!("{{{}}}", outcomes.join(",")))
    }
}

/// Texts of which only the halves of surrogate pairs are lost.
fn texts(texts: Vec<Lossy>) -> Vec<String> {
    texts.into_iter().map(|text| text.0).collect()
}

impl<'a> Reply<'a> {
    /// Reads a document that is no error, and what it cost.
    fn read(document: &'a str) -> Result<(Self, Spent), HostError> {
        let reply: Reply<'_> = serde_json::from_str(document).map_err(broken)?;
        let spent = Spent { steps: reply.steps, bytes: reply.bytes };
        match reply.error {
            Some(error) => {
                let mut error = EngineError::read(error, spent)?;
                error.redaction_paths = texts(reply.redaction_paths);
                Err(HostError::Engine(Box::new(error)))
            }
            None => Ok((reply, spent)),
        }
    }

    /// The answer as text. One of null reads as an absent one.
    fn json(&self) -> Result<Json, HostError> {
        Json::parse(self.ok.map_or("null", RawValue::get))
    }

    /// The answer.
    fn ok<T: Deserialize<'a>>(&self) -> Result<T, HostError> {
        serde_json::from_str(self.ok.map_or("null", RawValue::get)).map_err(broken)
    }
}

fn broken(error: serde_json::Error) -> HostError {
    HostError::Wire(error.to_string())
}

/// The limits that are there, as the module reads them.
fn limit_members(limits: Limits) -> Map<String, Value> {
    let limits = [
        ("steps", limits.steps),
        ("bytes", limits.bytes),
        ("depth", limits.depth.map(u64::from)),
    ];
    limits
        .into_iter()
        .filter_map(|(name, limit)| Some((name.to_owned(), limit?.into())))
        .collect()
}
