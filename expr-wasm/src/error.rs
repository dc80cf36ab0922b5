//! Requests that cannot be answered: the part of the error table that lives at the wire.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};

use expr_core::{Error, Wtf8};

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
        }
    }

    /// What is wrong.
    pub fn message(&self) -> String {
        match self {
            Refusal::NotAnObject => "the request must be a JSON object".to_owned(),
            Refusal::Version => {
                format!("the member `v` of the request must be {}", crate::wire::VERSION)
            }
            Refusal::UnknownMember { path } => {
                format!("the request has an unknown member `{path}`")
            }
            Refusal::MissingMember { path } => {
                format!("the request has no member `{path}`")
            }
            Refusal::WrongType { path, wanted } => {
                format!("the member `{path}` of the request must be {wanted}")
            }
            Refusal::UnknownProfile { name } => format!("unknown profile `{name}`"),
            Refusal::BindingsInWorkflow => {
                "the member `bindings` of the request belongs to the profile `jsonata`"
                    .to_owned()
            }
            Refusal::StaleHandle { handle } => {
                format!("handle {handle} belongs to no program")
            }
            Refusal::TableWornOut => {
                "no handle is left that was never used before".to_owned()
            }
            Refusal::BeyondReserved { len, reserved } => {
                format!("the call names {len} bytes of a request of {reserved}")
            }
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
    String::from_utf8_lossy(&json).trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_cover_every_code() {
        let codes: Vec<_> = Refusal::samples().iter().map(Refusal::code).collect();
        let wanted: Vec<_> = (1..=10).map(|n| format!("W01{n:02}")).collect();
        assert_eq!(codes, wanted);
    }
}
