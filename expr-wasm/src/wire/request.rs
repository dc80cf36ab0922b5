//! Members of requests: what every kind of document reads in the same way.

use expr_core::{Limits, Member, Node, NodeKind};

use super::VERSION;
use crate::error::{Failure, Refusal, joined, quote};

/// Every whole number up to here is exact in a JSON document that passes through `f64`.
const LARGEST_EXACT: f64 = 9_007_199_254_740_991.0;

/// The range of JavaScript's `Date`, either side of 1970.
const LARGEST_DATE: f64 = 8.64e15;

/// The time of an evaluation in milliseconds since 1970.
pub(super) fn read_now(root: Node<'_>) -> Result<Option<i64>, Failure> {
    whole_number(root, "now", "now", -LARGEST_DATE, LARGEST_DATE)
}

/// The seed of an evaluation.
pub(super) fn read_seed(root: Node<'_>) -> Result<Option<u64>, Failure> {
    let seed = whole_number(root, "seed", "seed", 0.0, LARGEST_EXACT)?;
    Ok(seed.map(i64::unsigned_abs))
}

/// The limits of an evaluation; the defaults stand for what is absent.
pub(super) fn read_limits(root: Node<'_>) -> Result<Limits, Failure> {
    let mut limits = Limits::default();
    let Some(node) = root.get("limits") else { return Ok(limits) };
    if !matches!(node.kind(), NodeKind::Object(_)) {
        return Err(wrong_type("limits", "an object"));
    }
    expect_members(node, "limits.", &["steps", "bytes", "depth"], &[])?;
    if let Some(steps) = whole_number(node, "steps", "limits.steps", 0.0, LARGEST_EXACT)?
    {
        limits.steps = steps.unsigned_abs();
    }
    if let Some(bytes) = whole_number(node, "bytes", "limits.bytes", 0.0, LARGEST_EXACT)?
    {
        limits.bytes = bytes.unsigned_abs();
    }
    let largest = f64::from(u32::MAX);
    if let Some(depth) = whole_number(node, "depth", "limits.depth", 0.0, largest)? {
        limits.depth = u32::try_from(depth).unwrap_or(u32::MAX);
    }
    Ok(limits)
}

/// Refuses a member that is neither in `known` nor one of an ask.
pub(super) fn expect_members(
    object: Node<'_>,
    prefix: &str,
    known: &[&str],
    members: &[Member],
) -> Result<(), Failure> {
    if !matches!(object.kind(), NodeKind::Object(_)) {
        return Err(Refusal::NotAnObject.into());
    }
    let is_known = |name: &str| {
        known.contains(&name) || members.iter().any(|member| member.name == name)
    };
    let unknown = object
        .members()
        .map(|(name, _)| name)
        .find(|name| !name.to_str().is_some_and(is_known));
    match unknown {
        Some(name) => {
            let path = joined(&[prefix, &quote(name)]);
            Err(Refusal::UnknownMember { path }.into())
        }
        None => Ok(()),
    }
}

/// Refuses the documents of other versions.
pub(super) fn expect_version(root: Node<'_>) -> Result<(), Failure> {
    match root.get("v").map(Node::kind) {
        Some(NodeKind::Number(version)) if version == f64::from(VERSION) => Ok(()),
        _ => Err(Refusal::Version.into()),
    }
}

/// A member that holds a whole number between `least` and `largest`, if it is there.
fn whole_number(
    object: Node<'_>,
    name: &str,
    path: &'static str,
    least: f64,
    largest: f64,
) -> Result<Option<i64>, Failure> {
    let Some(member) = object.get(name) else { return Ok(None) };
    match whole(member, least, largest) {
        Some(number) => Ok(Some(number)),
        None if least < 0.0 => {
            Err(wrong_type(path, "a whole number of milliseconds in the range of a Date"))
        }
        None => Err(wrong_type(path, "a whole number that is not negative and exact")),
    }
}

fn whole(node: Node<'_>, least: f64, largest: f64) -> Option<i64> {
    match node.kind() {
        // The range is inside what an i64 holds and the number is whole, so nothing is
        // lost here.
        NodeKind::Number(n) if n >= least && n <= largest && n % 1.0 == 0.0 => {
            Some(n as i64)
        }
        _ => None,
    }
}

/// A number that the module gave out.
pub(super) fn handle_of(node: Node<'_>, path: &'static str) -> Result<u32, Failure> {
    whole(node, 0.0, f64::from(u32::MAX))
        .and_then(|number| u32::try_from(number).ok())
        .ok_or_else(|| wrong_type(path, "a number that the module gave out"))
}

/// The refusal of a member of another type.
pub(super) fn wrong_type(path: &'static str, wanted: &'static str) -> Failure {
    Refusal::WrongType { path, wanted }.into()
}
