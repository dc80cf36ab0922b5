//! Sources: any text is an expression or an error, and what is printed reads the same.

use super::inputs::{Authored, texts};
use super::{Holds, Verdict};
use crate::json::Json;
use crate::subject::{self, Crash, Limits, Subject};
use expr_core::{Profile, Program, Written};
use proptest::prelude::{TestCaseError, any};
use proptest::strategy::{BoxedStrategy, Strategy as _};
use std::time::Duration;

/// Long enough for the slowest evaluation within the default limits of an engine that is
/// hardly optimized.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// The engine gives up after a hundred.
const MOST_ERRORS: usize = 101;

/// Any text.
pub(super) struct Text(Box<dyn Subject>);

impl Holds for Text {
    const NAME: &'static str = "text";
    const PROMISE: &'static str = "any text is an expression, or an error within it";
    type Input = Authored;

    fn start() -> Result<Self, String> {
        Ok(Text(subject::start("native", TIME_LIMIT)?))
    }

    fn inputs() -> BoxedStrategy<Authored> {
        let authored = |(source, plain)| Authored { source, context: None, plain };
        (texts(), any::<bool>()).prop_map(authored).boxed()
    }

    fn check(&mut self, input: &Authored) -> Verdict {
        let request = input.request(Limits::default());
        let verdict =
            self.0.validate(&request.source, request.profile).map_err(broken)?;
        let length = input.source.encode_utf16().count();
        if let Some(error) = &verdict.error {
            let span = error.get("span");
            let place = |name| span.and_then(|it| it.get(name)).and_then(Json::to_number);
            for end in ["start", "end"].into_iter().filter_map(place) {
                if end > u32::try_from(length).map_or(f64::MAX, f64::from) {
                    return Err(TestCaseError::fail(format!("the error is at {end}")));
                }
            }
        }
        self.0.evaluate(&request).map(drop).map_err(broken)
    }
}

fn broken(crash: Crash) -> TestCaseError {
    TestCaseError::fail(crash.0)
}

/// Parsing what the printer wrote.
pub(super) struct Print;

impl Holds for Print {
    const NAME: &'static str = "print";
    const PROMISE: &'static str =
        "a printed expression has the tree that it was printed from";
    type Input = String;

    fn start() -> Result<Self, String> {
        Ok(Print)
    }

    fn inputs() -> BoxedStrategy<String> {
        texts()
    }

    fn check(&mut self, source: &String) -> Verdict {
        match printed_alike(source) {
            Ok(true) => Ok(()),
            Ok(false) => Err(TestCaseError::reject("no expression")),
            Err(reason) => Err(TestCaseError::fail(reason)),
        }
    }
}

/// Whether a source is an expression; if it is, printing it and reading that again must
/// give the same tree, and if it is not, its errors must be few, in order, and begin with
/// the compiler's.
pub fn printed_alike(source: &str) -> Result<bool, String> {
    let (written, errors) = Written::parse(source.into());
    let compiled = Program::compile(source.into(), Profile::Jsonata).err();
    if errors.len() > MOST_ERRORS {
        return Err(format!("{} errors: {source}", errors.len()));
    }
    let places: Vec<u32> =
        errors.iter().filter_map(|it| Some(it.location()?.start)).collect();
    if !places.is_sorted() {
        return Err(format!("the errors at {places:?} are not in order: {source}"));
    }
    // Limits of the compiler itself are no errors of the syntax.
    let code = compiled.as_ref().map_or("none", |error| error.code());
    if errors.first() != compiled.as_ref() && !code.starts_with('R') {
        return Err(format!("{:?} is not {compiled:?}: {source}", errors.first()));
    }
    if !errors.is_empty() {
        return Ok(false);
    }
    let printed = written.print();
    let (again, errors) = Written::parse(printed.as_wtf8());
    if !errors.is_empty() || written != again || printed != again.print() {
        return Err(format!("{source} is printed as {printed:?}: {errors:?}"));
    }
    Ok(true)
}
