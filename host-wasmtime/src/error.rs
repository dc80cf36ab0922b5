//! What can go wrong: the engine says so, the host stopped it, or the two disagree.

use std::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::Spent;

/// Why there is no result.
///
/// ```
/// # use host_wasmtime::{Host, HostError, Profile};
/// # fn main() -> Result<(), host_wasmtime::HostError> {
/// match Host::new()?.compile("payload.", Profile::Workflow) {
///     Ok(_) => unreachable!("a path does not end with a dot"),
///     Err(HostError::Engine(error)) => println!("what the author wrote: {error}"),
///     Err(HostError::Deadline) => println!("it took too long"),
///     Err(other) => println!("the service itself: {other}"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum HostError {
    /// The engine refused the source or the inputs, or the evaluation failed.
    Engine(Box<EngineError>),
    /// The host stopped the module, and why. A bug of the engine or a limit of
    /// [`Settings`](crate::Settings); the instance was thrown away.
    Trap(String),
    /// The time that the caller gave was over before the evaluation was: not the engine's
    /// budget, whose end is an error of the engine. The instance was thrown away.
    Deadline,
    /// The module answered with something that docs/wire.md does not have.
    Wire(String),
    /// A text that was given as JSON is none, and where.
    Json(String),
    /// JSON text that a `serde_json::Value` cannot hold: where, as a JSON pointer, and what
    /// serde_json says of it. It holds no half of a surrogate pair, and 127 levels.
    NoValue {
        /// The place.
        pointer: String,
        /// The reason.
        reason: String,
    },
    /// The artifact cannot be run on this machine.
    Setup(String),
}

impl HostError {
    /// The engine's own error, if it is one.
    ///
    /// ```
    /// # use host_wasmtime::{Host, HostError, Profile};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let refused = Host::new()?.compile("1 +", Profile::Workflow).unwrap_err();
    /// assert_eq!(refused.engine().unwrap().line, Some(1));
    /// assert!(HostError::Deadline.engine().is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn engine(&self) -> Option<&EngineError> {
        match self {
            HostError::Engine(error) => Some(error),
            _ => None,
        }
    }

    /// The class, as docs/wire.md has them: the engine's, else `wire`, `transport` for a
    /// text that is no JSON, or `host`.
    ///
    /// ```
    /// # use host_wasmtime::{HostError, Json};
    /// assert_eq!(Json::parse("{").unwrap_err().class(), "transport");
    /// assert_eq!(HostError::Deadline.class(), "host");
    /// ```
    pub fn class(&self) -> &str {
        match self {
            HostError::Engine(error) => &error.class,
            HostError::Json(_) | HostError::NoValue { .. } => "transport",
            HostError::Trap(_)
            | HostError::Deadline
            | HostError::Wire(_)
            | HostError::Setup(_) => "host",
        }
    }

    /// The code: the engine's, else `W0201` for what cannot be carried as JSON, as in npm,
    /// `X0202` for a time that has passed, and `X0201` for what else the host itself says.
    ///
    /// ```
    /// # use host_wasmtime::{Host, HostError, Json, Profile};
    /// # fn main() -> Result<(), HostError> {
    /// let refused = Host::new()?.compile("1 +", Profile::Workflow).unwrap_err();
    /// assert_eq!(refused.code(), refused.engine().unwrap().code);
    /// assert_eq!(Json::parse("{").unwrap_err().code(), "W0201");
    /// assert_eq!(HostError::Deadline.code(), "X0202");
    /// # Ok(())
    /// # }
    /// ```
    pub fn code(&self) -> &str {
        match self {
            HostError::Engine(error) => &error.code,
            HostError::Json(_) | HostError::NoValue { .. } => "W0201",
            HostError::Deadline => "X0202",
            HostError::Trap(_) | HostError::Wire(_) | HostError::Setup(_) => "X0201",
        }
    }

    /// Whether the instance that it comes from can no longer be used.
    pub(crate) fn breaks_instance(&self) -> bool {
        matches!(self, HostError::Trap(_) | HostError::Deadline | HostError::Wire(_))
    }

    pub(crate) fn setup(error: impl fmt::Display) -> Self {
        HostError::Setup(format!("{error:#}"))
    }

    /// The first line of wasmtime's account; what follows are addresses. Nothing but a
    /// deadline interrupts.
    pub(crate) fn trap(error: &wasmtime::Error) -> Self {
        if error.downcast_ref() == Some(&wasmtime::Trap::Interrupt) {
            return HostError::Deadline;
        }
        let cause = error.root_cause().to_string();
        HostError::Trap(cause.lines().next().unwrap_or_default().to_owned())
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code();
        match self {
            HostError::Engine(error) => error.fmt(f),
            HostError::Trap(reason) => {
                write!(f, "{code}: the host stopped the module: {reason}")
            }
            HostError::Deadline => {
                write!(f, "{code}: the host stopped the module: its deadline has passed")
            }
            HostError::Wire(reason) => {
                write!(f, "{code}: the module broke the wire contract: {reason}")
            }
            HostError::Json(reason) => write!(f, "{code}: invalid JSON: {reason}"),
            HostError::NoValue { pointer, reason } => {
                write!(f, "{code} at `{pointer}`: no serde_json value holds it: {reason}")
            }
            HostError::Setup(reason) => {
                write!(f, "{code}: the module cannot be run: {reason}")
            }
        }
    }
}

impl std::error::Error for HostError {}

/// An error of the engine, as received.
///
/// Class, code, position and token are the contract's; `span`, `line` and `column` point
/// into the source as it was authored.
///
/// ```
/// # use host_wasmtime::{Host, Profile};
/// # fn main() -> Result<(), host_wasmtime::HostError> {
/// let host = Host::new()?;
/// let refused = host.compile("1 +", Profile::Workflow).unwrap_err();
/// let error = refused.engine().expect("a syntax error is the engine's");
/// assert_eq!(error.class, "syntax");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct EngineError {
    /// The class, such as `syntax` or `budget`.
    pub class: String,
    /// The code in the catalogue, such as `T2001`.
    pub code: String,
    /// What is wrong. A lone surrogate in it is shown as U+FFFD; [`EngineError::json`] has
    /// the text as it came.
    #[serde(deserialize_with = "lossy_text")]
    pub message: String,
    /// The contract's position: a UTF-16 offset in the normalized text.
    pub position: Option<u32>,
    /// The contract's token: a string, a number or a boolean.
    #[serde(default, deserialize_with = "token")]
    pub token: Option<Value>,
    /// The place in the authored text, in UTF-16 units.
    pub span: Option<Span>,
    /// Line of the place, from 1.
    pub line: Option<u32>,
    /// Column of the place in UTF-16 units, from 1.
    pub column: Option<u32>,
    /// What to do about it.
    #[serde(default, deserialize_with = "optional_lossy_text")]
    pub help: Option<String>,
    /// The nearest allowed name of a disallowed function.
    pub suggestion: Option<String>,
    /// Of a failed mapping, whether an expression failed (`ExpressionError`) or what the
    /// host was asked for (`ActionError`).
    pub category: Option<String>,
    /// Of a failed mapping, the JSON pointer of the value, where it has one.
    #[serde(default, deserialize_with = "optional_lossy_text")]
    pub path: Option<String>,
    /// Of a failed mapping, the JSON pointers of the secrets that were resolved before: what
    /// a log of the failure must not show.
    #[serde(skip)]
    pub redaction_paths: Vec<String>,
    /// What was used up until the failure.
    #[serde(skip)]
    pub spent: Spent,
    #[serde(skip)]
    json: String,
}

/// A range of UTF-16 units.
///
/// ```
/// # use host_wasmtime::{Host, Profile, Span};
/// # fn main() -> Result<(), host_wasmtime::HostError> {
/// let refused = Host::new()?.compile("1 + foo(2)", Profile::Workflow).unwrap_err();
/// let error = refused.engine().expect("only some functions may be called");
/// assert_eq!(error.span, Some(Span { start: 4, end: 10 }));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub struct Span {
    /// Where it starts.
    pub start: u32,
    /// Where it ends, exclusive.
    pub end: u32,
}

impl EngineError {
    /// The error document as the engine wrote it.
    ///
    /// ```
    /// # use host_wasmtime::{Host, Profile};
    /// # fn main() -> Result<(), host_wasmtime::HostError> {
    /// let refused = Host::new()?.compile("1 +", Profile::Workflow).unwrap_err();
    /// let error = refused.engine().expect("a syntax error is the engine's");
    /// assert!(error.json().contains(r#""class":"syntax""#));
    /// # Ok(())
    /// # }
    /// ```
    pub fn json(&self) -> &str {
        &self.json
    }

    pub(crate) fn read(document: &RawValue, spent: Spent) -> Result<Self, HostError> {
        let error: EngineError = serde_json::from_str(document.get())
            .map_err(|error| HostError::Wire(format!("in an error: {error}")))?;
        Ok(EngineError { spent, json: document.get().to_owned(), ..error })
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, " at {line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Text that may hold lone surrogates, which serde_json hands over as bytes alone.
pub(crate) struct Lossy(pub(crate) String);

impl<'de> Deserialize<'de> for Lossy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Lossy;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Lossy, E> {
                Ok(Lossy(String::from_utf8_lossy(bytes).into_owned()))
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}

fn lossy_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Lossy::deserialize(deserializer).map(|text| text.0)
}

fn optional_lossy_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(Option::<Lossy>::deserialize(deserializer)?.map(|text| text.0))
}

/// A token's text may hold lone surrogates, its other kinds are plain JSON.
fn token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    use serde::de::Error;

    let json = <&RawValue>::deserialize(deserializer)?.get();
    let value = if json.starts_with('"') {
        serde_json::from_str(json).map(|text: Lossy| Value::String(text.0))
    } else {
        serde_json::from_str(json)
    };
    value.map(Some).map_err(D::Error::custom)
}
