//! Source text → tokens → [`Ast`] → [`Tree`].
//!
//! The tree is what is validated and compiled: paths are lists of steps there, predicates
//! stand at their step, and every `%` knows the step it refers to.

mod ast;
mod lexer;
mod parser;
mod path;
#[cfg(feature = "reference")]
mod print;
mod signature;
mod token;
mod tree;
mod word;
#[cfg(feature = "reference")]
mod written;

pub(crate) use ast::List;
pub(crate) use signature::{Kinds, Parameter, Repeat, Signature};
pub(crate) use token::Operator;
pub(crate) use tree::{
    Group, Node, NodeId, NodeKind, SlotId, SortTerm, Stage, StageKind, Tree,
};
pub(crate) use word::{Name, Word, Words};

#[cfg(feature = "reference")]
pub use written::{Part, Written};

use crate::error::Result;

/// Parses a source.
pub(crate) fn parse(source: &[u8]) -> Result<Tree> {
    path::build(parser::parse(source)?)
}
