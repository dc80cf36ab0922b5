//! A workflow definition → the expressions in it, each with the context it would see.

use std::error::Error;

use expr_core::{Inputs, Limits, Profile, Program, Wtf8};
use serde_json::{Map, Value};

const DEFINITION: &str = include_str!("../../../demo/workflow.json");
const RUN: &str = include_str!("../../../demo/run.json");

/// What is evaluated.
pub(crate) struct Plan {
    pub(crate) title: String,
    pub(crate) now: i64,
    pub(crate) cases: Vec<Case>,
}

/// An expression of the definition.
pub(crate) struct Case {
    /// Where it stands, such as `root.steps[0].condition`.
    pub(crate) path: String,
    pub(crate) source: String,
    /// JSON text.
    pub(crate) context: String,
}

/// Reads the definition and finds its expressions.
pub(crate) fn read() -> Result<Plan, Box<dyn Error>> {
    let definition: Value = serde_json::from_str(DEFINITION)?;
    let run: Value = serde_json::from_str(RUN)?;
    let member = |name: &str| run.get(name).ok_or(format!("run.json has no `{name}`"));
    let mut plan = Plan {
        title: definition
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        now: member("now")?.as_i64().ok_or("`now` is no whole number")?,
        cases: Vec::new(),
    };
    // The mapping of the trigger sees the event alone, every step the scopes of the run.
    let event =
        Value::Object(Map::from_iter([("event".to_owned(), member("event")?.clone())]));
    if let Some(mapping) = definition.pointer("/trigger/payloadMapping") {
        plan.collect(mapping, "trigger.payloadMapping", &event);
    }
    if let Some(steps) = definition.get("steps") {
        plan.collect(steps, "root.steps", member("scope")?);
    }
    Ok(plan)
}

impl Plan {
    fn collect(&mut self, node: &Value, path: &str, scope: &Value) {
        match node {
            Value::Object(members) => {
                match members.get("$expr").and_then(Value::as_str) {
                    Some(source) => self.cases.push(Case {
                        path: path.to_owned(),
                        source: source.to_owned(),
                        context: scope.to_string(),
                    }),
                    None => self.collect_members(members, path, scope),
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.collect(item, &format!("{path}[{index}]"), scope);
                }
            }
            _ => {}
        }
    }

    fn collect_members(
        &mut self,
        members: &Map<String, Value>,
        path: &str,
        scope: &Value,
    ) {
        for (name, member) in members {
            let path = format!("{path}.{name}");
            match (name.as_str(), loop_scope(members, scope)) {
                ("body", Some(inner)) => self.collect(member, &path, &inner),
                _ => self.collect(member, &path, scope),
            }
        }
    }
}

/// What the body of a `control.forEach` sees in its first turn: the scope with the item.
fn loop_scope(step: &Map<String, Value>, scope: &Value) -> Option<Value> {
    let source = step.get("items")?.get("$expr")?.as_str()?;
    let variable = step.get("itemVar")?.as_str()?;
    let program = Program::compile(Wtf8::from(source), Profile::Workflow).ok()?;
    let mut inputs = Inputs::from_json(scope.to_string().as_bytes()).ok()?;
    let items = program.evaluate(&mut inputs, Limits::default()).outcome.ok()??;
    let items: Vec<Value> = serde_json::from_slice(&items).ok()?;
    let mut scope = scope.as_object()?.clone();
    scope.insert(variable.to_owned(), items.into_iter().next()?);
    Some(Value::Object(scope))
}
