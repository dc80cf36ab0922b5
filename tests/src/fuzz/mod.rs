//! Properties that hold of every input, as a table: each is tried on random inputs, after
//! those that once broke it.
//!
//! proptest draws the inputs and makes a failing one smaller. That one is written to
//! `tests/fuzz/regressions/NAME/`; committed, it is replayed by every run of the tests.

mod evaluation;
mod inputs;
mod json;
mod regex;
mod source;

pub use source::printed_alike;

use proptest::strategy::BoxedStrategy;
use proptest::test_runner::{
    Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::{Cell, RefCell};
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const REGRESSIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/regressions");
/// Inputs between two looks at the clock.
const BATCH: u32 = 50;
/// How often a failing input is asked again to make it smaller.
const ATTEMPTS: u32 = 2_000;

/// A property by its name.
pub struct Property {
    /// The name on command lines and of the folder of regressions.
    pub name: &'static str,
    /// What holds, in a sentence.
    pub promise: &'static str,
    run: fn(Run) -> Result<Report, String>,
}

impl Property {
    const fn of<P: Holds>() -> Self {
        Property { name: P::NAME, promise: P::PROMISE, run: run::<P> }
    }

    /// Replays the regressions, then tries random inputs. An error says that nothing could
    /// be tried.
    pub fn run(&self, run: Run) -> Result<Report, String> {
        (self.run)(run)
    }
}

/// All properties.
pub const PROPERTIES: [Property; 8] = [
    Property::of::<source::Text>(),
    Property::of::<source::Print>(),
    Property::of::<json::Read>(),
    Property::of::<evaluation::Hosts>(),
    Property::of::<evaluation::Projection>(),
    Property::of::<evaluation::Prefix>(),
    Property::of::<evaluation::Output>(),
    Property::of::<regex::Matcher>(),
];

/// How long a property is tried, and on which inputs.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Where the random numbers begin.
    pub seed: u64,
    /// No input is drawn after that.
    pub time: Duration,
}

/// What came of a run.
#[derive(Debug)]
pub struct Report {
    /// Committed inputs that were replayed.
    pub replayed: usize,
    /// Random inputs of which the property holds.
    pub held: u64,
    /// Random inputs that say nothing about it.
    pub rejected: u64,
    /// The input that broke the property and ended the run.
    pub broken: Option<Broken>,
}

impl Report {
    /// The line that ends a run.
    pub fn summary(&self, name: &str) -> String {
        format!(
            "fuzz {name}: {} held, {} replayed, {} rejected, {} broken",
            self.held,
            self.replayed,
            self.rejected,
            usize::from(self.broken.is_some())
        )
    }
}

/// An input of which a property does not hold.
#[derive(Debug)]
pub struct Broken {
    /// What is wrong.
    pub reason: String,
    /// The smallest form that was found, where it is kept.
    pub input: PathBuf,
}

/// What holds of an input, what says nothing (a rejection) and what breaks the property.
type Verdict = Result<(), TestCaseError>;

/// A property of inputs of one type.
trait Holds: Sized {
    const NAME: &'static str;
    const PROMISE: &'static str;
    type Input: Clone + Debug + Serialize + DeserializeOwned + 'static;

    /// Starts what the inputs are put to.
    fn start() -> Result<Self, String>;
    /// Draws inputs.
    fn inputs() -> BoxedStrategy<Self::Input>;
    /// Tries one.
    fn check(&mut self, input: &Self::Input) -> Verdict;
}

fn run<P: Holds>(run: Run) -> Result<Report, String> {
    let mut property = P::start()?;
    let mut report = Report { replayed: 0, held: 0, rejected: 0, broken: None };
    for path in regressions(P::NAME)? {
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let input = serde_json::from_str(&text)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        if let Err(TestCaseError::Fail(reason)) = property.check(&input) {
            report.broken = Some(Broken { reason: reason.to_string(), input: path });
            return Ok(report);
        }
        report.replayed += 1;
    }
    let property = RefCell::new(property);
    let strategy = P::inputs();
    let (held, rejected) = (Cell::new(0), Cell::new(0));
    let started = Instant::now();
    for batch in run.seed.. {
        if started.elapsed() >= run.time {
            break;
        }
        let result = runner(batch).run(&strategy, |input| {
            let verdict = property.borrow_mut().check(&input);
            let count = match verdict {
                Ok(()) => &held,
                Err(TestCaseError::Reject(_)) => &rejected,
                Err(TestCaseError::Fail(_)) => return verdict,
            };
            count.set(count.get() + 1);
            Ok(())
        });
        match result {
            Ok(()) => {}
            Err(TestError::Abort(reason)) => return Err(reason.to_string()),
            Err(TestError::Fail(reason, input)) => {
                let input = keep(P::NAME, &input)?;
                report.broken = Some(Broken { reason: reason.to_string(), input });
                break;
            }
        }
    }
    (report.held, report.rejected) = (held.get(), rejected.get());
    Ok(report)
}

fn runner(seed: u64) -> TestRunner {
    let config = Config {
        cases: BATCH,
        max_shrink_iters: ATTEMPTS,
        failure_persistence: None,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    for (byte, part) in bytes.iter_mut().zip(seed.to_le_bytes()) {
        *byte = part;
    }
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    TestRunner::new_with_rng(config, random)
}

fn regressions(name: &str) -> Result<Vec<PathBuf>, String> {
    let folder = Path::new(REGRESSIONS).join(name);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    let paths = entries.map(|entry| entry.map(|it| it.path()));
    let mut paths: Vec<PathBuf> =
        paths.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    paths.sort();
    Ok(paths)
}

/// Writes an input where the next run finds it.
fn keep(name: &str, input: &impl Serialize) -> Result<PathBuf, String> {
    let folder = Path::new(REGRESSIONS).join(name);
    let text = serde_json::to_string_pretty(input).map_err(|error| error.to_string())?;
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let taken = regressions(name)?;
    let path = (1..)
        .map(|number| folder.join(format!("found-{number}.json")))
        .find(|path| !taken.contains(path))
        .unwrap_or(folder);
    fs::write(&path, text + "\n").map_err(|error| error.to_string())?;
    Ok(path)
}
