//! expr-core linked into this process.

use super::{
    Answer, Cost, Crash, Failure, Outcome, Reads, Request, Rounds, Subject, Verdict,
    agreed,
};
use crate::json::{Json, format_number};
use expr_core::{
    Document, Error, Inputs, Limits, Location, NodeKind, Profile, Program, Spare, Spent,
    Token, Wtf8, check, write_json_string,
};

/// Holds nothing: compiling again for each case is what a fresh process would do. Inputs
/// are used twice, as they are for a batch and where a context is resident.
pub(super) struct Native;

impl Subject for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn evaluate(&mut self, request: &Request) -> Result<Answer, Crash> {
        with_source(&request.source, |source| {
            let program = match Program::compile(source, profile(request.profile)) {
                Ok(program) => program,
                Err(error) => return Ok(failed(&error, None)),
            };
            match inputs(request, program.reads()) {
                Ok(mut inputs) => {
                    let answer = evaluate(&program, &mut inputs, limits(request))?;
                    if request.rounds == Rounds::Once {
                        return Ok(answer);
                    }
                    let again = evaluate(&program, &mut inputs, limits(request))?;
                    agreed(&[("once", &answer), ("again", &again)])?;
                    Ok(answer)
                }
                // Reading is not part of what an evaluation spends.
                Err(error) => Ok(failed(&error, Some(Cost { steps: 0, bytes: 0 }))),
            }
        })
    }

    fn validate(
        &mut self,
        source: &str,
        profile_name: &'static str,
    ) -> Result<Verdict, Crash> {
        with_source(source, |source| {
            let check = check(source, profile(profile_name));
            let functions = match &check.functions {
                Some(names) => {
                    let names: Result<_, _> =
                        names.iter().map(|name| text(name.as_wtf8())).collect();
                    Some(Json::Array(names?))
                }
                None => None,
            };
            let normalized = text(check.normalized.as_wtf8())?;
            let error = check.error.as_ref().map(failure);
            Ok(Verdict { normalized, functions, error })
        })
    }

    fn decide(&mut self, request: &str) -> Result<Json, Crash> {
        // The artifact's own functions, linked into this process.
        let mut result = Vec::new();
        expr_wasm::wire::decide(request.as_bytes(), &mut result);
        Json::parse(&utf8(result)?).map_err(Crash)
    }
}

fn evaluate(
    program: &Program,
    inputs: &mut Inputs,
    limits: Limits,
) -> Result<Answer, Crash> {
    let evaluation = program.evaluate(inputs, limits);
    let Spent { steps, bytes } = evaluation.spent;
    let cost = Some(Cost { steps, bytes });
    Ok(match evaluation.outcome {
        Ok(Some(json)) => Answer { outcome: Outcome::Value(utf8(json)?), cost },
        Ok(None) => Answer { outcome: Outcome::Undefined, cost },
        Err(error) => failed(&error, cost),
    })
}

fn inputs(request: &Request, reads: &expr_core::Reads) -> Result<Inputs, Error> {
    let members = [("context", &request.context), ("bindings", &request.bindings)];
    let members: Vec<String> = members
        .iter()
        .filter_map(|(name, json)| json.as_ref().map(|json| format!("\"{name}\":{json}")))
        .collect();
    let json = format!("{{{}}}", members.join(","));
    let document = match request.reads {
        Reads::Needed => {
            Document::read_within(json.as_bytes(), "context", reads, Spare::default())?
        }
        Reads::All => Document::read(json.as_bytes())?,
    };
    let mut inputs = Inputs::from_document(document, "context", "bindings");
    inputs.set_now(request.now);
    inputs.set_seed(request.seed);
    Ok(inputs)
}

fn limits(request: &Request) -> Limits {
    let defaults = Limits::default();
    Limits {
        steps: request.limits.steps.unwrap_or(defaults.steps),
        bytes: request.limits.bytes.unwrap_or(defaults.bytes),
        depth: request.limits.depth.unwrap_or(defaults.depth),
    }
}

fn profile(name: &str) -> Profile {
    Profile::from_name(name).unwrap_or_default()
}

/// Source text can hold lone surrogates, which only the engine's own reader can make.
fn with_source<T>(
    source: &str,
    run: impl FnOnce(Wtf8<'_>) -> Result<T, Crash>,
) -> Result<T, Crash> {
    let Ok(document) = Document::read(source.as_bytes()) else {
        return Err(Crash(format!("the engine cannot read the source {source}")));
    };
    match document.root().kind() {
        NodeKind::String(text) => run(text),
        kind => Err(Crash(format!("the source is {kind:?}, not text"))),
    }
}

fn failed(error: &Error, cost: Option<Cost>) -> Answer {
    Answer { outcome: Outcome::Error(Box::new(failure(error))), cost }
}

/// The members of an error as the wire has them, so that hosts can be compared.
fn failure(error: &Error) -> Failure {
    let mut members = vec![
        format!("\"class\":\"{}\"", error.class().as_str()),
        format!("\"code\":\"{}\"", error.code()),
        format!("\"message\":{}", json_text(error.message().as_wtf8())),
    ];
    if let Some(position) = error.position() {
        members.push(format!("\"position\":{position}"));
    }
    if let Some(token) = error.token() {
        let token = match token {
            Token::Text(text) => json_text(text.as_wtf8()),
            Token::Number(number) => format_number(*number),
            Token::Bool(value) => value.to_string(),
        };
        members.push(format!("\"token\":{token}"));
    }
    if let Some(Location { start, end, line, column }) = error.location() {
        members.push(format!("\"span\":{{\"start\":{start},\"end\":{end}}}"));
        members.push(format!("\"line\":{line},\"column\":{column}"));
    }
    if let Some(help) = error.help() {
        members.push(format!("\"help\":{}", json_text(Wtf8::from(help.as_str()))));
    }
    if let Some(suggestion) = error.suggestion() {
        members.push(format!("\"suggestion\":{}", json_text(Wtf8::from(suggestion))));
    }
    let document = format!("{{{}}}", members.join(","));
    Failure::from_document(Json::parse(&document).unwrap_or(Json::text(&document)))
}

fn json_text(text: Wtf8<'_>) -> String {
    let mut out = Vec::new();
    write_json_string(&mut out, text);
    String::from_utf8_lossy(&out).into_owned()
}

fn text(text: Wtf8<'_>) -> Result<Json, Crash> {
    Json::parse(&json_text(text)).map_err(Crash)
}

fn utf8(json: Vec<u8>) -> Result<String, Crash> {
    String::from_utf8(json).map_err(|_| Crash("the result is not UTF-8".to_owned()))
}
