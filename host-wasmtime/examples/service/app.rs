//! Validates and evaluates expressions over HTTP, within limits.
//!
//! | request | answer |
//! |---|---|
//! | `POST /validate` `{"source"}` | 200 `{"valid", "error"?}` |
//! | `POST /evaluate` `{"source", "context"?, "now"?}` | 200 `{"value", "steps", "bytes"}` |
//! | `GET /metrics` | 200 what the host has done |
//!
//! What an expression gets wrong is 422 with the engine's error as it came. A request that
//! is none is 400, one that is too large 413, one too many at a time 503, and an evaluation
//! that takes too long 504.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use host_wasmtime::{Evaluation, Host, HostError, Inputs, Json, Limits, Profile};
use serde::Deserialize;
use tokio::sync::Semaphore;

/// What one client may ask of the service.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// The largest body, in bytes.
    pub(crate) body: usize,
    /// Evaluations at a time; more are refused at once and do not queue.
    pub(crate) at_a_time: usize,
    /// How long an evaluation may take.
    pub(crate) time: Duration,
    /// What it may use up; the engine ends it at the same step on every host.
    pub(crate) limits: Limits,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            body: 1 << 20,
            at_a_time: 32,
            time: Duration::from_millis(500),
            limits: Limits::default(),
        }
    }
}

struct Service {
    host: Host,
    bounds: Bounds,
    slots: Semaphore,
}

/// What a client sends to `/evaluate`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    source: Json,
    context: Option<Json>,
    now: Option<i64>,
}

/// What a client sends to `/validate`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    source: String,
}

/// The service; `host` can serve others as well.
pub(crate) fn app(host: Host, bounds: Bounds) -> Router {
    let slots = Semaphore::new(bounds.at_a_time);
    Router::new()
        .route("/validate", post(validate))
        .route("/evaluate", post(evaluate))
        .route("/metrics", get(metrics))
        .layer(DefaultBodyLimit::max(bounds.body))
        .with_state(Arc::new(Service { host, bounds, slots }))
}

async fn validate(State(service): State<Arc<Service>>, body: Bytes) -> Response {
    let Source { source } = match serde_json::from_slice(&body) {
        Ok(source) => source,
        Err(error) => return no_request(&error),
    };
    match service.host.check(&source, Profile::Workflow) {
        Ok(check) => {
            let error = check.error.map(|it| format!(r#","error":{}"#, it.json()));
            let valid = error.is_none();
            let error = error.unwrap_or_default();
            json(StatusCode::OK, format!(r#"{{"valid":{valid}{error}}}"#))
        }
        Err(error) => failure(&error),
    }
}

async fn evaluate(State(service): State<Arc<Service>>, body: Bytes) -> Response {
    let Ok(_slot) = service.slots.try_acquire() else {
        return error(StatusCode::SERVICE_UNAVAILABLE, "too many evaluations at a time");
    };
    let Question { source, context, now } = match serde_json::from_slice(&body) {
        Ok(question) => question,
        Err(error) => return no_request(&error),
    };
    let Bounds { time, limits, .. } = service.bounds;
    let inputs = Inputs { context, now, limits, ..Inputs::default() };
    let expr = match service.host.compile_json(&source, Profile::Workflow) {
        Ok(expr) => expr,
        Err(error) => return failure(&error),
    };
    match expr.evaluate_async(inputs, Some(time)).await {
        Ok(Evaluation { json: value, spent }) => {
            let value = value.unwrap_or_else(|| "null".to_owned());
            let (steps, bytes) = (spent.steps, spent.bytes);
            let body = format!(r#"{{"value":{value},"steps":{steps},"bytes":{bytes}}}"#);
            json(StatusCode::OK, body)
        }
        Err(error) => failure(&error),
    }
}

async fn metrics(State(service): State<Arc<Service>>) -> String {
    format!("{:#?}\n", service.host.metrics())
}

/// The engine's error as it came, else what stopped the module.
fn failure(failed: &HostError) -> Response {
    match failed {
        HostError::Engine(it) => json(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!(r#"{{"error":{}}}"#, it.json()),
        ),
        HostError::Deadline => error(StatusCode::GATEWAY_TIMEOUT, &failed.to_string()),
        _ => error(StatusCode::INTERNAL_SERVER_ERROR, &failed.to_string()),
    }
}

fn no_request(reason: &serde_json::Error) -> Response {
    error(StatusCode::BAD_REQUEST, &format!("the body is no request: {reason}"))
}

fn error(status: StatusCode, message: &str) -> Response {
    let message = Json::from_text(message);
    json(status, format!(r#"{{"error":{{"message":{}}}}}"#, message.as_str()))
}

fn json(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
