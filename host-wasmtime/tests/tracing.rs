//! What whoever listens to `tracing` hears of an evaluation.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use host_wasmtime::{Host, Inputs, Limits, Profile, Settings};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// The fields of spans and events in the order in which they came.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<Fields>>>);

#[derive(Clone, Default, Debug)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("host_wasmtime")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        span.record(&mut fields);
        let mut spans = self.0.lock().unwrap();
        spans.push(fields);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let number = usize::try_from(span.into_u64()).unwrap();
        let mut spans = self.0.lock().unwrap();
        values.record(spans.iter_mut().take(number).last().unwrap());
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn an_evaluation_is_a_span_with_its_cost_and_its_error() {
    let listener = Listener::default();
    let (expected, _) = tracing::subscriber::with_default(listener.clone(), || {
        let cache = Some(PathBuf::from("/proc/none"));
        let settings = Settings { cache, ..Settings::default() };
        let host = Host::with_settings(settings).unwrap();
        let evaluate = |limits: Limits| {
            let expr = host.compile("1 + 2", Profile::Workflow).unwrap();
            expr.evaluate(&Inputs { limits, ..Inputs::default() })
        };
        let spent = evaluate(Limits::default()).unwrap().spent;
        (spent, evaluate(Limits { steps: Some(0), ..Limits::default() }).unwrap_err())
    });
    let heard = listener.0.lock().unwrap().clone();
    let [problem, value, error] = heard.try_into().unwrap();
    assert!(problem.0["reason"].contains("/proc/none"), "{problem:?}");
    assert_eq!(value.0["profile"], "\"workflow\"");
    assert_eq!(value.0["steps"], expected.steps.to_string());
    assert_eq!(value.0["bytes"], expected.bytes.to_string());
    assert!(!value.0.contains_key("class"), "{value:?}");
    assert_eq!(error.0["class"], "\"budget\"");
    assert_eq!(error.0["code"], "\"R0001\"");
}
