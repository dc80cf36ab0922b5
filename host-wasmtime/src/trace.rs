//! What is told to `tracing`, where the feature is on; else nothing, at no cost.

#[cfg(feature = "tracing")]
pub(crate) use on::{Span, cache_problem};

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{Span, cache_problem};

#[cfg(feature = "tracing")]
mod on {
    use tracing::field::Empty;
    use tracing::span::EnteredSpan;

    use crate::{Evaluation, HostError, Profile};

    /// The span of an evaluation.
    pub(crate) struct Span(EnteredSpan);

    impl Span {
        pub(crate) fn enter(profile: Profile) -> Self {
            let profile = profile.as_str();
            let span = tracing::debug_span!(
                "evaluate",
                profile,
                steps = Empty,
                bytes = Empty,
                class = Empty,
                code = Empty,
            );
            Span(span.entered())
        }

        /// Records how the evaluation ended.
        pub(crate) fn end(self, result: &Result<Evaluation, HostError>) {
            if let Some(spent) = crate::expression::spent(result) {
                self.0.record("steps", spent.steps).record("bytes", spent.bytes);
            }
            if let Err(error) = result {
                self.0.record("class", error.class()).record("code", error.code());
            }
        }
    }

    /// Why the module is compiled although there is a cache.
    pub(crate) fn cache_problem(reason: &str) {
        tracing::warn!(reason, "the cache of machine code is not used");
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use crate::{Evaluation, HostError, Profile};

    pub(crate) struct Span;

    impl Span {
        pub(crate) fn enter(_: Profile) -> Self {
            Span
        }

        pub(crate) fn end(self, _: &Result<Evaluation, HostError>) {}
    }

    pub(crate) fn cache_problem(_: &str) {}
}
