//! Evaluations: of one program or a batch, over a context that is sent or resident.

use alloc::vec::Vec;

use expr_core::{Document, Inputs, Limits, Node, NodeKind, Profile, Program, Spent};

use super::request::{
    expect_version, handle_of, read_limits, read_members, read_now, read_seed, wrong_type,
};
use super::{
    Status, begin, end, refuse, spend, write_array, write_error, write_name,
    write_number_member, write_true_member,
};
use crate::error::{Failure, Refusal, quote};
use crate::handle::Kept;

/// The handle of no program: the request names those to evaluate.
const BATCH: u32 = 0;

/// The members of a request, the first of which belongs to batches alone.
const MEMBERS: [&str; 9] = [
    "programs", "v", "context", "resident", "bindings", "now", "seed", "limits", "reads",
];

/// Keeps a context for evaluations that name it. Without a request the one that is kept
/// is forgotten.
pub fn load(kept: &mut Kept, request: &mut Vec<u8>, out: &mut Vec<u8>) -> Status {
    kept.resident.forget();
    let number = match try_load(kept, request) {
        Ok(number) => number,
        Err(failure) => return refuse(&failure, out),
    };
    begin(out);
    match number {
        Some(number) => write_number_member(out, "resident", number),
        None => write_true_member(out, "forgotten"),
    }
    end(out, Status::Ok)
}

/// Evaluates compiled programs; see [`compile`](super::compile). The request is spent once
/// its context is among the values, so that a large one is not in memory twice.
pub fn evaluate(
    kept: &mut Kept,
    handle: u32,
    request: &mut Vec<u8>,
    out: &mut Vec<u8>,
) -> Status {
    begin(out);
    let status = try_evaluate(kept, handle, request, out).unwrap_or_else(|failure| {
        write_error(out, &failure);
        write_spent(out, Spent::default());
        Status::Error
    });
    end(out, status)
}

fn try_load(kept: &mut Kept, request: &mut Vec<u8>) -> Result<Option<u32>, Failure> {
    if request.is_empty() {
        return Ok(None);
    }
    let document = Document::read(request)?;
    spend(request);
    let [version, _] = read_members(document.root(), "", &["v", "context"])?;
    expect_version(version)?;
    let inputs = Inputs::from_document(document, "context", "");
    Ok(Some(kept.resident.keep(inputs).ok_or(Refusal::TableWornOut)?))
}

/// Nothing is written when it fails.
fn try_evaluate(
    kept: &mut Kept,
    handle: u32,
    request: &mut Vec<u8>,
    out: &mut Vec<u8>,
) -> Result<Status, Failure> {
    let spare = kept.spare.take().unwrap_or_default();
    let mut document = match kept.programs.get(handle) {
        Some(it) => Document::read_within(request, "context", it.program.reads(), spare)?,
        None if handle == BATCH => Document::read(request)?,
        None => return Err(Refusal::StaleHandle { handle }.into()),
    };
    if handle != BATCH && reads_all(document.root().get("reads"))? {
        document = Document::read(request)?;
    }
    spend(request);
    let root = document.root();
    let [programs, version, context, resident, bindings, now, seed, limits, _] =
        read_members(root, "", &MEMBERS)?;
    expect_version(version)?;
    let batched = match (programs, handle) {
        (Some(programs), BATCH) => batched(programs)?,
        (None, BATCH) => return Err(Refusal::MissingMember { path: "programs" }.into()),
        (None, _) => Vec::new(),
        (Some(_), _) => {
            let path = quote("programs".into());
            return Err(Refusal::UnknownMember { path }.into());
        }
    };
    let single = [handle];
    let handles = if handle == BATCH { batched.as_slice() } else { &single };
    for &handle in handles {
        let compiled =
            kept.programs.get(handle).ok_or(Refusal::StaleHandle { handle })?;
        expect_bindings(bindings, compiled.profile)?;
    }
    let (now, seed, limits) = (read_now(now)?, read_seed(seed)?, read_limits(limits)?);
    let resident = resident.map(|node| handle_of(node, "resident")).transpose()?;
    let is_sent = context.is_some() || bindings.is_some();
    let mut sent = Inputs::from_document(document, "context", "bindings");
    let inputs = match resident {
        Some(_) if is_sent => {
            let alone = "without `context` and `bindings` beside it";
            return Err(wrong_type("resident", alone));
        }
        Some(number) => kept.resident.get(number).ok_or(Refusal::StaleContext)?,
        None => &mut sent,
    };
    inputs.set_now(now);
    inputs.set_seed(seed);
    let mut evaluate = |out: &mut Vec<u8>, handle: u32| match kept.programs.get(handle) {
        Some(it) => write_evaluation(out, &it.program, inputs, limits),
        None => Status::Error,
    };
    let status = if handle == BATCH {
        write_name(out, "results");
        write_array(out, handles, |out, &handle| {
            out.push(b'{');
            evaluate(out, handle);
            out.push(b'}');
        });
        Status::Ok
    } else {
        evaluate(out, handle)
    };
    kept.spare = Some(sent.into_spare());
    Ok(status)
}

/// The programs of a batch.
fn batched(programs: Node<'_>) -> Result<Vec<u32>, Failure> {
    if !matches!(programs.kind(), NodeKind::Array(_)) {
        return Err(wrong_type("programs", "an array"));
    }
    let mut handles = Vec::new();
    for handle in programs.items() {
        handles.push(handle_of(handle, "programs[]")?);
    }
    Ok(handles)
}

/// Steps and bytes stand last, whatever came of the evaluation.
fn write_evaluation(
    out: &mut Vec<u8>,
    program: &Program,
    inputs: &mut Inputs,
    limits: Limits,
) -> Status {
    let start = out.len();
    write_name(out, "ok");
    let (outcome, spent) = program.evaluate_into(inputs, limits, out);
    if !matches!(outcome, Ok(true)) {
        out.truncate(start);
    }
    let status = match outcome {
        Ok(is_there) => {
            if !is_there {
                write_true_member(out, "undefined");
            }
            Status::Ok
        }
        Err(error) => {
            write_error(out, &Failure::Engine(error));
            Status::Error
        }
    };
    write_spent(out, spent);
    status
}

/// Whether the whole context is to be read, whatever the program reads of it.
fn reads_all(reads: Option<Node<'_>>) -> Result<bool, Failure> {
    match reads.map(Node::kind) {
        None => Ok(false),
        Some(NodeKind::String(all)) if all == "all".into() => Ok(true),
        Some(_) => Err(wrong_type("reads", "`all`")),
    }
}

/// Bindings in the workflow profile would let a host change what an expression means.
fn expect_bindings(bindings: Option<Node<'_>>, profile: Profile) -> Result<(), Failure> {
    match bindings.map(Node::kind) {
        None => Ok(()),
        Some(_) if profile == Profile::Workflow => {
            Err(Refusal::BindingsInWorkflow.into())
        }
        Some(NodeKind::Object(_)) => Ok(()),
        Some(_) => Err(wrong_type("bindings", "an object")),
    }
}

fn write_spent(out: &mut Vec<u8>, spent: Spent) {
    write_number_member(out, "steps", spent.steps);
    write_number_member(out, "bytes", spent.bytes);
}
