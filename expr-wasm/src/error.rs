//! Requests that cannot be answered: the part of the error table that lives at the wire.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use expr_core::{Error, Wtf8, write_whole};

/// Why a request has no answer.
#[derive(Debug)]
pub enum Failure {
    /// The engine says so.
    Engine(Error),
    /// The request itself is wrong.
    Refusal(Refusal),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Engine(error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::Refusal(refusal)
    }
}

/// A request that breaks docs/wire.md. Every one is of class `wire`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The root of the document is no object.
    NotAnObject,
    /// `v` is absent or not the version that this module speaks.
    Version,
    /// A member that the document kind does not have.
    UnknownMember {
        /// Where it is, such as `limits.stepz`.
        path: String,
    },
    /// A member that must be there.
    MissingMember {
        /// Where it should be.
        path: &'static str,
    },
    /// A member of another type or out of its range.
    WrongType {
        /// Where it is.
        path: &'static str,
        /// What it has to be.
        wanted: &'static str,
    },
    /// A profile that this module does not have.
    UnknownProfile {
        /// What was asked for.
        name: String,
    },
    /// Bindings for a program of a profile that has none.
    BindingsInWorkflow,
    /// The handle's program was released or evicted, or never existed.
    StaleHandle {
        /// The handle.
        handle: u32,
    },
    /// Every slot of the program table has used up its generations.
    TableWornOut,
    /// The call names more bytes than were reserved.
    BeyondReserved {
        /// The length in the call.
        len: usize,
        /// The length that was reserved.
        reserved: usize,
    },
    /// Another context was loaded since, or that one was forgotten.
    StaleContext,
}

impl Refusal {
    /// One refusal of each kind, in the order of their codes, for documentation.
    pub fn samples() -> Vec<Refusal> {
        vec![
            Refusal::NotAnObject,
            Refusal::Version,
            Refusal::UnknownMember { path: "NAME".to_owned() },
            Refusal::MissingMember { path: "NAME" },
            Refusal::WrongType { path: "NAME", wanted: "of the type that it has" },
            Refusal::UnknownProfile { name: "NAME".to_owned() },
            Refusal::BindingsInWorkflow,
            Refusal::StaleHandle { handle: 1 },
            Refusal::TableWornOut,
            Refusal::BeyondReserved { len: 2, reserved: 1 },
            Refusal::StaleContext,
        ]
    }

    /// The code. A code never changes its meaning; a new refusal takes a new one.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NotAnObject => "W0101",
            Refusal::Version => "W0102",
            Refusal::UnknownMember { .. } => "W0103",
            Refusal::MissingMember { .. } => "W0104",
            Refusal::WrongType { .. } => "W0105",
            Refusal::UnknownProfile { .. } => "W0106",
            Refusal::BindingsInWorkflow => "W0107",
            Refusal::StaleHandle { .. } => "W0108",
            Refusal::TableWornOut => "W0109",
            Refusal::BeyondReserved { .. } => "W0110",
            Refusal::StaleContext => "W0111",
        }
    }

    /// What is wrong.
    pub fn message(&self) -> String {
        let number = |number: usize| {
            let mut digits = Vec::new();
            write_whole(&mut digits, number as u64);
            String::from_utf8(digits).unwrap_or_default()
        };
        match self {
            Refusal::NotAnObject => joined(&["the request must be a JSON object"]),
            Refusal::Version => {
                let version = number(crate::wire::VERSION as usize);
                joined(&["the member `v` of the request must be ", &version])
            }
            Refusal::UnknownMember { path } => {
                joined(&["the request has an unknown member `", path, "`"])
            }
            Refusal::MissingMember { path } => {
                joined(&["the request has no member `", path, "`"])
            }
            Refusal::WrongType { path, wanted } => {
                joined(&["the member `", path, "` of the request must be ", wanted])
            }
            Refusal::UnknownProfile { name } => joined(&["unknown profile `", name, "`"]),
            Refusal::BindingsInWorkflow => joined(&[
                "the member `bindings` of the request belongs to the profile `jsonata`",
            ]),
            Refusal::StaleHandle { handle } => {
                joined(&["handle ", &number(*handle as usize), " belongs to no program"])
            }
            Refusal::TableWornOut => {
                joined(&["no handle is left that was never used before"])
            }
            Refusal::BeyondReserved { len, reserved } => joined(&[
                "the call names ",
                &number(*len),
                " bytes of a request of ",
                &number(*reserved),
            ]),
            Refusal::StaleContext => joined(&["the context is no longer resident"]),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Refusal::Version => {
                Some("host and module come from different releases: update the older one")
            }
            Refusal::UnknownProfile { .. } => {
                Some("the profiles are `workflow` and `jsonata`")
            }
            Refusal::StaleHandle { .. } => Some("compile the source again"),
            Refusal::TableWornOut => Some("instantiate the module again"),
            Refusal::BeyondReserved { .. } => {
                Some("call `reserve` and write the request before every call")
            }
            Refusal::StaleContext => Some("load the context again"),
            _ => None,
        }
    }
}

/// Text of a request for use in a message: lone surrogates become escapes, so that the
/// message is ordinary Unicode.
pub(crate) fn quote(text: Wtf8<'_>) -> String {
    if let Some(text) = text.to_str() {
        return text.to_owned();
    }
    let mut json = Vec::new();
    expr_core::write_json_string(&mut json, text);
    let inner = json.strip_prefix(b"\"").and_then(|json| json.strip_suffix(b"\""));
    String::from_utf8(inner.unwrap_or(&json).to_vec()).unwrap_or_default()
}

/// The parts after each other. `format!` would bring the machinery of the standard library.
pub(crate) fn joined(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn samples_cover_every_code() {
        let codes: Vec<_> = Refusal::samples().iter().map(Refusal::code).collect();
        let wanted: Vec<_> = (1..=11).map(|n| format!("W01{n:02}")).collect();
        assert_eq!(codes, wanted);
    }
}
