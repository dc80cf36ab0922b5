//! Evaluations: alike on two hosts, over any part of the context that is read, and under
//! any budget up to the place where it ends.

use super::inputs::{Authored, cases, limits};
use super::{Holds, Verdict};
use crate::subject::{
    self, Answer, Cost, Crash, Limits, Outcome, Reads, Request, Subject,
};
use proptest::prelude::{TestCaseError, any, prop_oneof};
use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Just, Strategy as _};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Long enough for the slowest evaluation within the default limits, on any host.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// The largest result of the contract, in UTF-16 units.
const LARGEST_RESULT: usize = 256 * 1024;

/// An expression under limits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Limited {
    authored: Authored,
    limits: Limits,
}

impl Limited {
    fn request(&self) -> Request {
        self.authored.request(self.limits)
    }
}

fn limited() -> BoxedStrategy<Limited> {
    let limited = |(authored, limits)| Limited { authored, limits };
    (cases(), limits()).prop_map(limited).boxed()
}

fn crashed(crash: Crash) -> TestCaseError {
    TestCaseError::fail(crash.0)
}

fn holds(holds: bool, reason: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(TestCaseError::fail(reason())) }
}

/// The engine as it was compiled for this machine, and its artifact.
pub(super) struct Hosts {
    native: Box<dyn Subject>,
    wasmtime: Box<dyn Subject>,
}

impl Holds for Hosts {
    const NAME: &'static str = "hosts";
    const PROMISE: &'static str =
        "native and the artifact give one answer at one cost, whatever the limits";
    type Input = Limited;

    fn start() -> Result<Self, String> {
        Ok(Hosts {
            native: subject::start("native", TIME_LIMIT)?,
            wasmtime: subject::start("wasmtime", TIME_LIMIT)?,
        })
    }

    fn inputs() -> BoxedStrategy<Limited> {
        limited()
    }

    fn check(&mut self, input: &Limited) -> Verdict {
        let request = input.request();
        let native = self.native.evaluate(&request).map_err(crashed)?.describe();
        let wasm = self.wasmtime.evaluate(&request).map_err(crashed)?.describe();
        holds(native == wasm, || format!("native {native}, wasmtime {wasm}"))
    }
}

/// What is read of a context.
pub(super) struct Projection(Box<dyn Subject>);

impl Holds for Projection {
    const NAME: &'static str = "projection";
    const PROMISE: &'static str =
        "the part of a context that is read gives the answer of the whole, at its cost";
    type Input = Limited;

    fn start() -> Result<Self, String> {
        Ok(Projection(subject::start("native", TIME_LIMIT)?))
    }

    fn inputs() -> BoxedStrategy<Limited> {
        limited()
    }

    fn check(&mut self, input: &Limited) -> Verdict {
        let answer = subject::evaluate_both_ways(self.0.as_mut(), &input.request());
        answer.map(drop).map_err(crashed)
    }
}

/// An expression, and where its budget ends: so many 65,536ths of what it takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Shares {
    authored: Authored,
    steps: u16,
    bytes: u16,
}

/// Evaluations that stop early.
pub(super) struct Prefix(Box<dyn Subject>);

impl Holds for Prefix {
    const NAME: &'static str = "prefix";
    const PROMISE: &'static str = "a smaller budget ends the same evaluation earlier, \
                                   one that suffices changes nothing";
    type Input = Shares;

    fn start() -> Result<Self, String> {
        Ok(Prefix(subject::start("native", TIME_LIMIT)?))
    }

    fn inputs() -> BoxedStrategy<Shares> {
        let shares = |(authored, steps, bytes)| Shares { authored, steps, bytes };
        (cases(), any::<u16>(), any::<u16>()).prop_map(shares).boxed()
    }

    fn check(&mut self, input: &Shares) -> Verdict {
        let whole = self.under(input, Limits::default())?;
        let Some(cost) = whole.cost else {
            return Err(TestCaseError::reject("does not compile"));
        };
        let enough = Limits {
            steps: Some(cost.steps.max(1)),
            bytes: Some(cost.bytes.max(1)),
            depth: None,
        };
        let exact = self.under(input, enough)?;
        let stopped = is_error(&whole, "R0001") || is_error(&whole, "R0002");
        holds(stopped || exact == whole, || {
            format!("with just enough {}, else {}", exact.describe(), whole.describe())
        })?;
        let steps = part(cost.steps, input.steps);
        self.stops(input, cost, "R0001", steps, |steps| Limits {
            steps: Some(steps),
            ..Limits::default()
        })?;
        let bytes = part(cost.bytes, input.bytes);
        self.stops(input, cost, "R0002", bytes, |bytes| Limits {
            bytes: Some(bytes),
            ..Limits::default()
        })
    }
}

impl Prefix {
    fn under(&mut self, input: &Shares, limits: Limits) -> Result<Answer, TestCaseError> {
        self.0.evaluate(&input.authored.request(limits)).map_err(crashed)
    }

    /// A limit below the cost is reached, and reached no sooner than a lower one.
    fn stops(
        &mut self,
        input: &Shares,
        cost: Cost,
        code: &str,
        limit: u64,
        limits: fn(u64) -> Limits,
    ) -> Verdict {
        if limit < 2 {
            return Ok(());
        }
        let later = self.under(input, limits(limit))?;
        let sooner = self.under(input, limits(limit - 1))?;
        for answer in [&later, &sooner] {
            holds(is_error(answer, code), || {
                format!("with a limit of {limit} and less {}", answer.describe())
            })?;
        }
        let (Some(later), Some(sooner)) = (later.cost, sooner.cost) else {
            return Err(TestCaseError::fail("an evaluation that stopped has no cost"));
        };
        let costs = [sooner, later, cost];
        let steps = costs.map(|cost| cost.steps);
        let bytes = costs.map(|cost| cost.bytes);
        holds(steps.is_sorted() && bytes.is_sorted(), || {
            format!("under growing limits the cost is {costs:?}")
        })
    }
}

/// Less than the whole, if there is less.
fn part(whole: u64, share: u16) -> u64 {
    let part = (u128::from(whole) * u128::from(share)) >> 16;
    u64::try_from(part).unwrap_or(whole)
}

fn is_error(answer: &Answer, code: &str) -> bool {
    matches!(&answer.outcome, Outcome::Error(failure) if failure.code == code)
}

/// Expressions that write much.
pub(super) struct Output(Box<dyn Subject>);

impl Holds for Output {
    const NAME: &'static str = "output";
    const PROMISE: &'static str = "no result is larger than the contract allows, \
                                   nor than the bytes that it was charged";
    type Input = Limited;

    fn start() -> Result<Self, String> {
        Ok(Output(subject::start("native", TIME_LIMIT)?))
    }

    fn inputs() -> BoxedStrategy<Limited> {
        let bytes = prop_oneof![Just(None), (1..400_000u64).prop_map(Some)];
        let contract = growing("toString").prop_map(|source| (source, false));
        let plain = growing("$string").prop_map(|source| (source, true));
        (prop_oneof![contract, plain], bytes)
            .prop_map(|((source, plain), bytes)| Limited {
                authored: Authored { source, context: Some(TEXTS.to_owned()), plain },
                limits: Limits { bytes, ..Limits::default() },
            })
            .boxed()
    }

    fn check(&mut self, input: &Limited) -> Verdict {
        let request = Request { reads: Reads::All, ..input.request() };
        let answer = self.0.evaluate(&request).map_err(crashed)?;
        let Outcome::Value(json) = &answer.outcome else {
            return Err(TestCaseError::reject("no value"));
        };
        let units = json.encode_utf16().count();
        holds(input.authored.plain || units <= LARGEST_RESULT, || {
            format!("a result of {units} UTF-16 units")
        })?;
        let bytes = answer.cost.map_or(0, |cost| cost.bytes);
        let length = u64::try_from(json.len()).unwrap_or(u64::MAX);
        holds(length <= bytes, || format!("{length} bytes of result for {bytes}"))
    }
}

/// Text that grows when it is written as JSON, and text that does not.
const TEXTS: &str =
    r#"{"controls":"\u0001\u0002\"\\","plain":"abcdefgh","emoji":"😀","lone":"\ud800"}"#;

/// Expressions that repeat parts; `string` is the function that makes text of a value.
fn growing(string: &'static str) -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        select(vec!["controls", "plain", "emoji", "lone", "0.1", "[1..9]"])
            .prop_map(str::to_owned),
        (1..40_000u32).prop_map(|last| format!("[1..{last}]")),
    ];
    leaf.prop_recursive(4, 12, 3, move |inner| {
        let times = (inner.clone(), 1..3_000u32);
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            times.prop_map(|(it, times)| format!("[1..{times}].({it})")),
            pair.clone().prop_map(|(a, b)| format!("({a} & {b} & {a})")),
            pair.prop_map(|(a, b)| format!("{{\"a\": {a}, \"b\": [{b}, {b}]}}")),
            inner.clone().prop_map(move |it| format!("{string}({it})")),
            inner.prop_map(move |it| format!(
                "($x := {string}({it}); $o := {{$x: $x}}; [$o, $o, $o])"
            )),
        ]
    })
    .boxed()
}
