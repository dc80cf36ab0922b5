//! What a compiled expression will cost, as far as its source tells.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an evaluation will cost in steps, as far as the source tells: the same on every
/// host, since the module says it.
///
/// ```
/// # use host_wasmtime::{Host, Profile};
/// # fn main() -> Result<(), host_wasmtime::HostError> {
/// let host = Host::new()?;
/// let estimate = |source| Ok::<_, host_wasmtime::HostError>(
///     host.compile(source, Profile::Workflow)?.estimate().to_string(),
/// );
/// assert_eq!(estimate("1 + 2")?, "3 to 6 steps");
/// assert_eq!(estimate("payload.items")?, "2 to O(n) steps");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Estimate {
    /// An evaluation that succeeds takes no fewer steps.
    pub min: u64,
    /// What no evaluation exceeds.
    pub max: Most,
}

/// What the steps of an evaluation cannot exceed. Its text is that of docs/wire.md.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Most {
    /// A number, whatever the context is.
    Steps(u64),
    /// How the steps grow, such as `O(n)` or `O(n^2 log n)`, where `n` is the size of what
    /// the expression reads of its context and bindings: one for each value, and for each
    /// 32 bytes of text.
    Grows(String),
    /// Nothing that the source tells; why, such as `a range`.
    Unbounded(String),
}

const UNBOUNDED: &str = "unbounded: ";

impl From<String> for Most {
    fn from(text: String) -> Self {
        match (text.parse(), text.strip_prefix(UNBOUNDED)) {
            (Ok(steps), _) => Most::Steps(steps),
            (_, Some(reason)) => Most::Unbounded(reason.to_owned()),
            _ => Most::Grows(text),
        }
    }
}

impl From<Most> for String {
    fn from(most: Most) -> Self {
        most.to_string()
    }
}

impl fmt::Display for Most {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Most::Steps(steps) => write!(f, "{steps}"),
            Most::Grows(formula) => f.write_str(formula),
            Most::Unbounded(reason) => write!(f, "{UNBOUNDED}{reason}"),
        }
    }
}

/// As `4 to 9 steps`, `9 to O(n) steps` or `at least 4 steps, unbounded: a range`.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Estimate { min, max } = self;
        match max {
            Most::Unbounded(_) => write!(f, "at least {min} steps, {max}"),
            Most::Steps(_) | Most::Grows(_) => write!(f, "{min} to {max} steps"),
        }
    }
}
