//! Function signatures: `<s-nn?:s>` → parameters.
//!
//! Letters: `s` string, `n` number, `b` boolean, `l` null, `o` object, `a` array,
//! `f` function, `j` any JSON, `x` anything, `(…)` one of several; `<…>` names the items
//! of an array; `-` takes the context when the argument is missing, `?` may be absent,
//! `+` stands for one or more. What follows `:` is the result, which nothing checks.
//!
//! The reference makes a regular expression of it, in which a second quantifier takes as
//! little as it can and a third is an error.

use crate::error::{Error, ErrorKind};
use crate::text::Wtf8Buf;
use alloc::vec::Vec;

/// The kinds of argument, one bit each.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Kinds(u16);

impl Kinds {
    /// The kind with that letter; `m` is a missing argument. Other letters are no kind.
    pub(crate) const fn of(letter: u8) -> Kinds {
        Kinds(match letter {
            b's' => 1,
            b'n' => 2,
            b'b' => 4,
            b'l' => 8,
            b'o' => 16,
            b'a' => 32,
            b'f' => 64,
            b'm' => 128,
            _ => 0,
        })
    }

    const fn with(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    /// Whether the kind with that letter is among them.
    pub(crate) const fn has(self, letter: u8) -> bool {
        self.0 & Kinds::of(letter).0 != 0
    }
}

/// How many arguments a parameter takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Repeat {
    /// One.
    #[default]
    Once,
    /// One or none.
    Optional,
    /// One or more.
    Many,
}

/// A parameter.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Parameter {
    /// What it accepts.
    pub(crate) kinds: Kinds,
    /// How often.
    pub(crate) repeat: Repeat,
    /// Whether it leaves arguments to the parameters after it, if it can.
    pub(crate) lazy: bool,
    /// What the context must be that stands in for a missing argument.
    pub(crate) context: Option<Kinds>,
    /// Whether a single value is made an array.
    pub(crate) array: bool,
    /// What the items of an array must be.
    pub(crate) items: Option<Vec<u8>>,
    /// Whether it takes type parameters.
    generic: bool,
}

#[cfg(feature = "reference")]
impl Parameter {
    /// Whether it takes type parameters.
    pub(super) fn is_generic(&self) -> bool {
        self.generic
    }

    /// Whether a context of any kind stands in for a missing argument.
    pub(super) fn takes_any_context(&self) -> bool {
        self.context == Some(Kinds(u16::MAX))
    }
}

impl Parameter {
    /// Whether an argument must be given for it.
    pub(crate) fn is_required(&self) -> bool {
        self.repeat != Repeat::Optional
    }

    /// Adds what a letter says about how often. False where it cannot say anything.
    fn quantify(&mut self, symbol: u8) -> bool {
        if symbol == b'-' {
            // What may be missing is missing in a context of any kind.
            let any = self.repeat == Repeat::Optional;
            self.context = Some(if any { Kinds(u16::MAX) } else { self.kinds });
        }
        match (self.repeat, symbol) {
            (Repeat::Once, b'+') => self.repeat = Repeat::Many,
            (Repeat::Once, _) => self.repeat = Repeat::Optional,
            (_, b'+') => return false,
            _ if self.lazy => return false,
            _ => self.lazy = true,
        }
        true
    }

    /// Whether it accepts every kind of argument.
    pub(crate) fn takes_anything(&self) -> bool {
        ANYTHING.iter().all(|&letter| self.kinds.has(letter))
    }
}

/// Every kind.
const ANYTHING: &[u8] = b"asnblfom";

/// A parsed signature.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Signature {
    /// Its parameters.
    pub(crate) parameters: Vec<Parameter>,
}

/// What is wrong with a signature, and at which unit.
pub(crate) struct SignatureError {
    /// The error, without a place.
    pub(crate) error: Error,
    /// The UTF-16 offset in the signature.
    pub(crate) offset: usize,
}

impl Signature {
    /// Parses a signature with its angle brackets. Unknown letters are passed over, as the
    /// reference does.
    pub(crate) fn parse(text: &[u8]) -> Result<Signature, SignatureError> {
        let mut parameters: Vec<Parameter> = Vec::new();
        // Of what stands before the first letter only a context is kept: of any kind if
        // nothing stands before it, else of none.
        let (mut early, mut context) = (0_u32, None);
        let mut at = 1;
        while let Some(&symbol) = text.get(at) {
            match symbol {
                b':' => break,
                b's' | b'n' | b'b' | b'l' | b'o' => {
                    parameters.push(plain(&[symbol, b'm']))
                }
                b'a' => parameters.push(Parameter {
                    array: true,
                    generic: true,
                    ..plain(ANYTHING)
                }),
                b'f' => parameters.push(Parameter { generic: true, ..plain(b"f") }),
                b'j' => parameters.push(plain(b"asnblom")),
                b'x' => parameters.push(plain(ANYTHING)),
                b'-' | b'?' | b'+' => {
                    let fits = match parameters.last_mut() {
                        Some(last) => last.quantify(symbol),
                        None if symbol == b'-' => {
                            context = Some(Kinds(if early == 0 { u16::MAX } else { 0 }));
                            early <= 2
                        }
                        None => true,
                    };
                    if !fits {
                        let reason = Wtf8Buf::from("there is nothing to repeat");
                        return Err(refuse(ErrorKind::BadRegex { reason }, at));
                    }
                    // A repetition after another quantifier is as wrong as a third.
                    let wrong = early == 1 && symbol == b'+';
                    early = early.saturating_add(if wrong { 2 } else { 1 });
                }
                b'(' => {
                    let end = closing(text, at, b'(', b')');
                    let choice = text.get(at.saturating_add(1)..end).unwrap_or_default();
                    if choice.contains(&b'<') {
                        return Err(refuse(ErrorKind::ParameterizedChoice, at));
                    }
                    let mut parameter = plain(choice);
                    parameter.kinds = parameter.kinds.with(Kinds::of(b'm'));
                    parameters.push(parameter);
                    at = end;
                }
                b'<' => {
                    let Some(last) = parameters.last_mut().filter(|last| last.generic)
                    else {
                        return Err(refuse(ErrorKind::BadTypeParameter, at));
                    };
                    let end = closing(text, at, b'<', b'>');
                    let items = text.get(at.saturating_add(1)..end).unwrap_or_default();
                    last.items = Some(items.to_vec());
                    at = end;
                }
                _ => {}
            }
            at = at.saturating_add(1);
        }
        if let Some(first) = parameters.first_mut() {
            first.context = first.context.or(context);
        }
        Ok(Signature { parameters })
    }
}

fn plain(letters: &[u8]) -> Parameter {
    let kinds =
        letters.iter().fold(Kinds::default(), |kinds, &l| kinds.with(Kinds::of(l)));
    Parameter { kinds, ..Parameter::default() }
}

fn refuse(kind: ErrorKind, offset: usize) -> SignatureError {
    SignatureError { error: Error::from(kind), offset }
}

/// The index of the bracket that closes the one at `start`, or the end of the text.
fn closing(text: &[u8], start: usize, open: u8, close: u8) -> usize {
    let mut depth = 0_usize;
    for (at, &byte) in text.iter().enumerate().skip(start) {
        if byte == open {
            depth = depth.saturating_add(1);
        } else if byte == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return at;
            }
        }
    }
    text.len()
}
