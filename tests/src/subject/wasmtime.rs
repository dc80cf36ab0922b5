//! The artifact in wasmtime, through the library that Rust services use.

use super::{
    Answer, Cost, Crash, Failure, Outcome, Reads, Request, Subject, Verdict, agreed,
};
use crate::json::Json;
use host_wasmtime::{
    EngineError, Evaluation, Expr, Host, HostError, Inputs, Limits, Profile, Settings,
    Spent,
};

/// Cases may raise the limit of bytes, and the host must not stop them before the engine.
const MEMORY: usize = 2 << 30;

pub(super) struct Wasmtime {
    host: Host,
}

impl Wasmtime {
    pub(super) fn start() -> Result<Self, String> {
        let settings = Settings { memory_bytes: MEMORY, ..Settings::default() };
        let host = Host::with_settings(settings).map_err(|error| error.to_string())?;
        Ok(Wasmtime { host })
    }
}

impl Wasmtime {
    /// What an expression answers over a context that stays, the second time.
    fn resident(&mut self, expr: &Expr, mut inputs: Inputs) -> Result<Answer, Crash> {
        let result = match self.host.context(inputs.context.take().as_ref()) {
            Ok(mut context) => {
                let _first = context.evaluate(expr, &inputs);
                context.evaluate(expr, &inputs)
            }
            // Reading is not part of what an evaluation spends.
            Err(error) => Err(error),
        };
        evaluated(result)
    }

    /// What it answers as the second of a batch.
    fn batch(&mut self, expr: &Expr, inputs: &Inputs) -> Result<Answer, Crash> {
        match self.host.evaluate_many(&[expr.clone(), expr.clone()], inputs) {
            Ok(mut results) => match results.pop() {
                Some(Ok(evaluation)) => evaluated(Ok(evaluation)),
                Some(Err(error)) => evaluated(Err(HostError::Engine(Box::new(error)))),
                None => Err(Crash("a batch has no results".to_owned())),
            },
            Err(error) => evaluated(Err(error)),
        }
    }
}

impl Subject for Wasmtime {
    fn name(&self) -> &'static str {
        "wasmtime"
    }

    fn evaluate(&mut self, request: &Request) -> Result<Answer, Crash> {
        let source = document(&request.source)?;
        let expr = match self.host.compile_json(&source, profile(request.profile)) {
            Ok(expr) => expr,
            Err(error) => return failed(error, |_| None),
        };
        let inputs = match inputs(request) {
            Ok(inputs) => inputs,
            Err(error) => return failed(error, |_| None),
        };
        let answer = evaluated(expr.evaluate(&inputs))?;
        if request.reads == Reads::All && inputs.bindings.is_none() {
            let batch = self.batch(&expr, &inputs)?;
            let resident = self.resident(&expr, inputs)?;
            agreed(&[("sent", &answer), ("resident", &resident), ("batch", &batch)])?;
        }
        Ok(answer)
    }

    fn validate(
        &mut self,
        source: &str,
        profile_name: &'static str,
    ) -> Result<Verdict, Crash> {
        let Some(text) = Json::parse(source).map_err(Crash)?.to_text() else {
            return Err(Crash("the source is not text".to_owned()));
        };
        let check = self.host.check(&text, profile(profile_name)).map_err(crash)?;
        let names = |names: Vec<String>| names.iter().map(|it| Json::text(it)).collect();
        Ok(Verdict {
            normalized: Json::text(&check.normalized),
            functions: check.functions.map(|it| Json::Array(names(it))),
            error: check.error.as_ref().map(failure).transpose()?,
        })
    }

    fn decide(&mut self, request: &str) -> Result<Json, Crash> {
        let result = self.host.decide(&document(request)?).map_err(crash)?;
        Json::parse(&result).map_err(Crash)
    }

    fn memory(&mut self) -> Option<u64> {
        u64::try_from(self.host.metrics().memory_bytes).ok()
    }
}

pub(crate) fn inputs(request: &Request) -> Result<Inputs, HostError> {
    let optional = |json: &Option<String>| {
        json.as_deref().map(host_wasmtime::Json::parse).transpose()
    };
    Ok(Inputs {
        context: optional(&request.context)?,
        bindings: optional(&request.bindings)?,
        now: request.now,
        seed: request.seed,
        limits: Limits {
            steps: request.limits.steps,
            bytes: request.limits.bytes,
            depth: request.limits.depth,
        },
        read_all: request.reads == Reads::All,
    })
}

pub(crate) fn document(json: &str) -> Result<host_wasmtime::Json, Crash> {
    host_wasmtime::Json::parse(json).map_err(crash)
}

pub(crate) fn profile(name: &str) -> Profile {
    Profile::ALL.into_iter().find(|it| it.as_str() == name).unwrap_or_default()
}

fn cost(Spent { steps, bytes }: Spent) -> Cost {
    Cost { steps, bytes }
}

fn evaluated(result: Result<Evaluation, HostError>) -> Result<Answer, Crash> {
    match result {
        Ok(evaluation) => {
            let outcome = evaluation.json.map_or(Outcome::Undefined, Outcome::Value);
            Ok(Answer { outcome, cost: Some(cost(evaluation.spent)) })
        }
        Err(error) => failed(error, |error| Some(cost(error.spent))),
    }
}

fn failed(
    error: HostError,
    cost: impl FnOnce(&EngineError) -> Option<Cost>,
) -> Result<Answer, Crash> {
    let (failure, cost) = match &error {
        HostError::Engine(engine) => (failure(engine)?, cost(engine)),
        // What the host refuses before it asks the module has a class, and no code.
        HostError::Json(reason) => (refusal(error.class(), reason), None),
        _ => return Err(crash(error)),
    };
    Ok(Answer { outcome: Outcome::Error(Box::new(failure)), cost })
}

fn failure(error: &EngineError) -> Result<Failure, Crash> {
    Ok(Failure::from_document(Json::parse(error.json()).map_err(Crash)?))
}

fn refusal(class: &str, message: &str) -> Failure {
    let members = [("class", class), ("message", message)];
    let members =
        members.map(|(name, text)| (name.encode_utf16().collect(), Json::text(text)));
    Failure::from_document(Json::Object(members.into()))
}

fn crash(error: HostError) -> Crash {
    Crash(error.to_string())
}
