//! Request bytes → calls of the engine → result bytes, as docs/wire.md has them.
//!
//! Plain functions over bytes, so that native tests and fuzzers reach every line without
//! WebAssembly. A request is read strictly: an unknown member, a wrong type or another
//! version is refused, since guessing would hide a host and a module of two releases.

mod evaluation;
mod request;

pub use evaluation::{evaluate, load};

use alloc::vec::Vec;

use expr_core::{
    ASKS, AskShape, Check, Document, Error, Estimate, Limits, Node, NodeKind, Profile,
    Program, Wtf8Buf, write_error_members, write_json_reads, write_json_string,
    write_whole,
};

use crate::error::{Failure, Refusal, quote};
use crate::handle::{Compiled, Kept};
use request::{
    expect_members, expect_version, read_limits, read_members, read_now, wrong_type,
};

/// The version of the documents, their member `v`.
pub const VERSION: u32 = 1;

/// How every result document begins.
const BEGINNING: &[u8] = b"{\"v\":1";

/// What a call returns: whether its result document has a member `error`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// It has none.
    Ok = 0,
    /// It has one.
    Error = 1,
}

/// Compiles `source` and keeps the program.
pub fn compile(kept: &mut Kept, request: &[u8], out: &mut Vec<u8>) -> Status {
    match try_compile(kept, request) {
        Ok(handle) => {
            begin(out);
            write_number_member(out, "handle", handle);
            if let Some(it) = kept.programs.peek(handle) {
                write_program(out, &it.program);
            }
            end(out, Status::Ok)
        }
        Err(failure) => refuse(&failure, out),
    }
}

/// What a host wants to know of a program.
fn write_program(out: &mut Vec<u8>, program: &Program) {
    write_functions(out, program.functions());
    write_name(out, "reads");
    write_json_reads(out, program.reads());
    let Estimate { min, max } = program.estimate();
    write_name(out, "estimate");
    out.push(b'{');
    write_number_member(out, "min", min);
    write_name(out, "max");
    write_json_string(out, max.as_wtf8());
    out.push(b'}');
}

/// A spent buffer above this size is given back, so that one large context does not stay
/// resident for the life of the instance.
const KEPT_BUFFER: usize = 64 << 10;

/// Empties a buffer whose content was read.
pub fn spend(buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.shrink_to(KEPT_BUFFER);
}

/// Checks `source` without keeping a program.
pub fn validate(request: &[u8], out: &mut Vec<u8>) -> Status {
    let (Check { normalized, functions, error }, all) = match try_validate(request) {
        Ok(checked) => checked,
        Err(failure) => return refuse(&failure, out),
    };
    begin(out);
    write_name(out, "normalized");
    write_json_string(out, normalized.as_wtf8());
    if let Some(functions) = functions {
        write_functions(out, &functions);
    }
    if let Some(all) = all {
        write_name(out, "errors");
        write_array(out, &all, |out, error| {
            out.push(b'{');
            write_error_members(out, error);
            out.push(b'}');
        });
    }
    match error {
        Some(error) => {
            write_error(out, &Failure::Engine(error));
            end(out, Status::Error)
        }
        None => end(out, Status::Ok),
    }
}

/// Answers an ask of the contract.
pub fn decide(request: &[u8], out: &mut Vec<u8>) -> Status {
    let (document, now, limits) = match try_decide(request) {
        Ok(ask) => ask,
        Err(failure) => return refuse(&failure, out),
    };
    begin(out);
    out.push(b',');
    let failed = expr_core::decide(document, now, limits, out);
    end(out, if failed { Status::Error } else { Status::Ok })
}

/// Forgets a program.
pub fn release(kept: &mut Kept, handle: u32, out: &mut Vec<u8>) -> Status {
    if kept.programs.remove(handle).is_none() {
        return refuse(&Refusal::StaleHandle { handle }.into(), out);
    }
    begin(out);
    write_true_member(out, "released");
    end(out, Status::Ok)
}

/// Says which contract, engine and wire this is.
pub fn describe(out: &mut Vec<u8>) -> Status {
    begin(out);
    write_text_member(out, "contract", expr_core::CONTRACT_VERSION);
    write_text_member(out, "engine", expr_core::ENGINE_VERSION);
    write_number_member(out, "wire", VERSION);
    write_name(out, "profiles");
    write_array(out, Profile::ALL, |out, profile| {
        write_json_string(out, profile.as_str().into());
    });
    end(out, Status::Ok)
}

/// Answers a call that names more bytes than were reserved.
pub fn refuse_length(len: usize, reserved: usize, out: &mut Vec<u8>) -> Status {
    refuse(&Refusal::BeyondReserved { len, reserved }.into(), out)
}

fn try_compile(kept: &mut Kept, request: &[u8]) -> Result<u32, Failure> {
    let spare = kept.spare.take().unwrap_or_default();
    let document = Document::read_into(request, spare)?;
    let [version, source, profile] =
        read_members(document.root(), "", &["v", "source", "profile"])?;
    let (source, profile) = read_source(version, source, profile)?;
    let program = Program::compile(source, profile)?;
    kept.spare = Some(document.into_spare());
    let compiled = Compiled { profile, program };
    Ok(kept.programs.insert(compiled).ok_or(Refusal::TableWornOut)?)
}

fn try_validate(request: &[u8]) -> Result<(Check, Option<Vec<Error>>), Failure> {
    let document = Document::read(request)?;
    let [version, source, profile, all] =
        read_members(document.root(), "", &["v", "source", "profile", "all"])?;
    let (source, profile) = read_source(version, source, profile)?;
    let check = expr_core::check(source, profile);
    let all = match all.map(Node::kind) {
        None | Some(NodeKind::Bool(false)) => None,
        // Plain JSONata has no contract to break: its one error is that of syntax.
        Some(NodeKind::Bool(true)) if profile == Profile::Jsonata => {
            Some(expr_core::check(source, profile).error.into_iter().collect())
        }
        Some(NodeKind::Bool(true)) => Some(expr_core::violations(source)),
        Some(_) => return Err(wrong_type("all", "true or false")),
    };
    Ok((check, all))
}

fn try_decide(request: &[u8]) -> Result<(Document, Option<i64>, Limits), Failure> {
    let document = Document::read(request)?;
    let root = document.root();
    let shape = ask_shape(root)?;
    let known = ["v", "ask", "now", "limits"];
    expect_members(root, &known, shape.members)?;
    expect_version(root.get("v"))?;
    for member in shape.members {
        match root.get(member.name) {
            Some(node) if !node.fits(member.kind) => {
                return Err(wrong_type(member.name, member.kind.wanted()));
            }
            None if member.required => {
                return Err(Refusal::MissingMember { path: member.name }.into());
            }
            _ => {}
        }
    }
    let now = read_now(root.get("now"))?;
    let limits = read_limits(root.get("limits"))?;
    Ok((document, now, limits))
}

fn ask_shape(root: Node<'_>) -> Result<&'static AskShape, Failure> {
    if !matches!(root.kind(), NodeKind::Object(_)) {
        return Err(Refusal::NotAnObject.into());
    }
    let name = match root.get("ask").map(Node::kind) {
        Some(NodeKind::String(name)) => name.to_str(),
        Some(_) => None,
        None => return Err(Refusal::MissingMember { path: "ask" }.into()),
    };
    let shape = ASKS.iter().find(|shape| Some(shape.name) == name);
    shape.ok_or_else(|| wrong_type("ask", "the name of an ask"))
}

/// The source and profile that a request of `compile` or `validate` holds.
fn read_source<'a>(
    version: Option<Node<'_>>,
    source: Option<Node<'a>>,
    profile: Option<Node<'_>>,
) -> Result<(expr_core::Wtf8<'a>, Profile), Failure> {
    expect_version(version)?;
    let source = match source.map(Node::kind) {
        Some(NodeKind::String(source)) => source,
        Some(_) => return Err(wrong_type("source", "a string")),
        None => return Err(Refusal::MissingMember { path: "source" }.into()),
    };
    let profile = match profile.map(Node::kind) {
        None => Profile::default(),
        Some(NodeKind::String(name)) => name
            .to_str()
            .and_then(Profile::from_name)
            .ok_or_else(|| Refusal::UnknownProfile { name: quote(name) })?,
        Some(_) => return Err(wrong_type("profile", "a string")),
    };
    Ok((source, profile))
}

fn refuse(failure: &Failure, out: &mut Vec<u8>) -> Status {
    begin(out);
    write_error(out, failure);
    end(out, Status::Error)
}

fn write_error(out: &mut Vec<u8>, failure: &Failure) {
    write_name(out, "error");
    out.push(b'{');
    match failure {
        Failure::Engine(error) => write_error_members(out, error),
        Failure::Refusal(refusal) => {
            write_text_member(out, "class", "wire");
            write_text_member(out, "code", refusal.code());
            write_text_member(out, "message", &refusal.message());
            if let Some(help) = refusal.help() {
                write_text_member(out, "help", help);
            }
        }
    }
    out.push(b'}');
}

fn write_functions(out: &mut Vec<u8>, functions: &[Wtf8Buf]) {
    write_name(out, "functions");
    write_array(out, functions, |out, name| write_json_string(out, name.as_wtf8()));
}

fn write_array<T>(
    out: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

fn write_text_member(out: &mut Vec<u8>, name: &str, text: &str) {
    write_name(out, name);
    write_json_string(out, text.into());
}

fn write_true_member(out: &mut Vec<u8>, name: &str) {
    write_name(out, name);
    out.extend_from_slice(b"true");
}

fn write_number_member(out: &mut Vec<u8>, name: &str, number: impl Into<u64>) {
    write_name(out, name);
    write_whole(out, number.into());
}

/// Starts a member. Its comma is left out after an opening brace, the only byte `{` that
/// can stand last here, since every value written before ends otherwise.
fn write_name(out: &mut Vec<u8>, name: &str) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn begin(out: &mut Vec<u8>) {
    out.extend_from_slice(BEGINNING);
}

fn end(out: &mut Vec<u8>, status: Status) -> Status {
    out.push(b'}');
    status
}
