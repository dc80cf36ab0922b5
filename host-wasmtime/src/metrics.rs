//! What a host counts: plain numbers, which a service hands to its own monitoring.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::Spent;
use crate::error::HostError;

/// Every class of errors: those of the contract, and `host` for what this host adds.
///
/// ```
/// # use host_wasmtime::{ERROR_CLASSES, Host};
/// # fn main() -> Result<(), host_wasmtime::HostError> {
/// let metrics = Host::new()?.metrics();
/// for (class, errors) in ERROR_CLASSES.iter().zip(metrics.errors) {
///     println!("expr_errors_total{{class=\"{class}\"}} {errors}");
/// }
/// # assert_eq!(metrics.errors, [0; ERROR_CLASSES.len()]);
/// # Ok(())
/// # }
/// ```
pub const ERROR_CLASSES: [&str; 13] = [
    "syntax",
    "lambda",
    "dynamic-call",
    "apply",
    "disallowed-function",
    "helper-rebinding",
    "evaluation",
    "not-serializable",
    "too-large",
    "budget",
    "transport",
    "wire",
    "host",
];

/// Powers of ten below `u64::MAX`, and one.
const POWERS_OF_TEN: usize = 20;

/// What a host has done since it was made.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Metrics {
    /// Compilations, evaluations, checks and decisions that reached the module, failed
    /// ones too.
    pub calls: u64,
    /// Instances of the module that were started.
    pub instances_created: u64,
    /// Instances that were dropped: after a trap, for their size, or as one too many.
    pub instances_dropped: u64,
    /// Linear memory of the instance whose call ended last, in bytes.
    pub memory_bytes: usize,
    /// How often the module was compiled: once, and once more for deadlines.
    pub modules_compiled: u64,
    /// How often its machine code came from [`Settings::cache`](crate::Settings::cache).
    pub modules_loaded: u64,
    /// How often that cache could not be read, trusted or written.
    pub cache_problems: u64,
    /// How often [`Host::compile`](crate::Host::compile) found the source compiled.
    pub expressions_found: u64,
    /// Evaluations by their steps: place `n` counts those that took at least 10ⁿ steps and
    /// less than ten times as many, the first place also those that took none.
    pub steps: [u64; POWERS_OF_TEN],
    /// Failures, in the order of [`ERROR_CLASSES`]. What [`Host::check`] finds in a source
    /// and what a decision answers are results and not counted.
    ///
    /// [`Host::check`]: crate::Host::check
    pub errors: [u64; ERROR_CLASSES.len()],
}

impl Metrics {
    /// How many failures there were of a class.
    ///
    /// ```
    /// # use host_wasmtime::{Host, Profile};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// host.compile("1 +", Profile::Workflow).unwrap_err();
    /// assert_eq!(host.metrics().errors_of("syntax"), 1);
    /// assert_eq!(host.metrics().errors_of("budget"), 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn errors_of(&self, class: &str) -> u64 {
        self.errors.get(place_of(class)).copied().unwrap_or_default()
    }
}

/// The numbers behind [`Metrics`].
#[derive(Default)]
pub(crate) struct Counters {
    calls: AtomicU64,
    pub(crate) instances_created: AtomicU64,
    pub(crate) instances_dropped: AtomicU64,
    memory_bytes: AtomicUsize,
    pub(crate) modules_compiled: AtomicU64,
    pub(crate) modules_loaded: AtomicU64,
    pub(crate) cache_problems: AtomicU64,
    pub(crate) expressions_found: AtomicU64,
    steps: [AtomicU64; POWERS_OF_TEN],
    errors: [AtomicU64; ERROR_CLASSES.len()],
}

impl Counters {
    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a call that left an instance with so much memory.
    pub(crate) fn end_call(&self, memory_bytes: usize) {
        Counters::count(&self.calls);
        self.memory_bytes.store(memory_bytes, Ordering::Relaxed);
    }

    pub(crate) fn count_steps(&self, spent: Spent) {
        let place = spent.steps.checked_ilog10().unwrap_or(0);
        if let Some(counter) = usize::try_from(place).ok().and_then(|n| self.steps.get(n))
        {
            Counters::count(counter);
        }
    }

    pub(crate) fn count_error(&self, error: &HostError) {
        if let Some(counter) = self.errors.get(place_of(error.class())) {
            Counters::count(counter);
        }
    }

    pub(crate) fn read(&self) -> Metrics {
        let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Metrics {
            calls: number(&self.calls),
            instances_created: number(&self.instances_created),
            instances_dropped: number(&self.instances_dropped),
            memory_bytes: self.memory_bytes.load(Ordering::Relaxed),
            modules_compiled: number(&self.modules_compiled),
            modules_loaded: number(&self.modules_loaded),
            cache_problems: number(&self.cache_problems),
            expressions_found: number(&self.expressions_found),
            steps: self.steps.each_ref().map(number),
            errors: self.errors.each_ref().map(number),
        }
    }
}

/// Where a class stands; past the end if it is none.
fn place_of(class: &str) -> usize {
    ERROR_CLASSES.iter().position(|it| *it == class).unwrap_or(ERROR_CLASSES.len())
}
