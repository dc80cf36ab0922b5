//! Members of requests: what every kind of document reads in the same way.

use expr_core::{Limits, Member, Node, NodeKind};

use super::VERSION;
use crate::error::{Failure, Refusal, joined, quote};

/// Every whole number up to here is exact in a JSON document that passes through `f64`.
const LARGEST_EXACT: f64 = 9_007_199_254_740_991.0;

/// The range of JavaScript's `Date`, either side of 1970.
const LARGEST_DATE: f64 = 8.64e15;

/// The time of an evaluation in milliseconds since 1970.
pub(super) fn read_now(now: Option<Node<'_>>) -> Result<Option<i64>, Failure> {
    whole_number(now, "now", -LARGEST_DATE, LARGEST_DATE)
}

/// The seed of an evaluation.
pub(super) fn read_seed(seed: Option<Node<'_>>) -> Result<Option<u64>, Failure> {
    let seed = whole_number(seed, "seed", 0.0, LARGEST_EXACT)?;
    Ok(seed.map(i64::unsigned_abs))
}

/// The limits of an evaluation; the defaults stand for what is absent.
pub(super) fn read_limits(given: Option<Node<'_>>) -> Result<Limits, Failure> {
    let mut limits = Limits::default();
    let Some(given) = given else { return Ok(limits) };
    if !matches!(given.kind(), NodeKind::Object(_)) {
        return Err(wrong_type("limits", "an object"));
    }
    let [steps, bytes, depth] =
        read_members(given, "limits.", &["steps", "bytes", "depth"])?;
    if let Some(steps) = whole_number(steps, "limits.steps", 0.0, LARGEST_EXACT)? {
        limits.steps = steps.unsigned_abs();
    }
    if let Some(bytes) = whole_number(bytes, "limits.bytes", 0.0, LARGEST_EXACT)? {
        limits.bytes = bytes.unsigned_abs();
    }
    let largest = f64::from(u32::MAX);
    if let Some(depth) = whole_number(depth, "limits.depth", 0.0, largest)? {
        limits.depth = u32::try_from(depth).unwrap_or(u32::MAX);
    }
    Ok(limits)
}

/// The members of an object in the order of `known`; refuses any other.
pub(super) fn read_members<'a, const N: usize>(
    object: Node<'a>,
    prefix: &str,
    known: &[&str; N],
) -> Result<[Option<Node<'a>>; N], Failure> {
    let mut found = [None; N];
    place_members(object, prefix, known, &mut found)?;
    Ok(found)
}

/// [`read_members`] for any number of them, of which the artifact has one copy.
#[inline(never)]
fn place_members<'a>(
    object: Node<'a>,
    prefix: &str,
    known: &[&str],
    found: &mut [Option<Node<'a>>],
) -> Result<(), Failure> {
    each_member(object, prefix, &mut |name, node| {
        let position = known.iter().position(|&known| known == name);
        let place = position.and_then(|position| found.get_mut(position));
        place.map(|place| *place = Some(node)).is_some()
    })
}

/// Refuses a member that is neither in `known` nor one of an ask.
pub(super) fn expect_members(
    object: Node<'_>,
    known: &[&str],
    members: &[Member],
) -> Result<(), Failure> {
    each_member(object, "", &mut |name, _| {
        known.contains(&name) || members.iter().any(|member| member.name == name)
    })
}

/// Shows `is_known` every member of an object; refuses what it does not know.
fn each_member<'a>(
    object: Node<'a>,
    prefix: &str,
    is_known: &mut dyn FnMut(&str, Node<'a>) -> bool,
) -> Result<(), Failure> {
    if !matches!(object.kind(), NodeKind::Object(_)) {
        return Err(Refusal::NotAnObject.into());
    }
    for (name, node) in object.members() {
        if !name.to_str().is_some_and(|name| is_known(name, node)) {
            let path = joined(&[prefix, &quote(name)]);
            return Err(Refusal::UnknownMember { path }.into());
        }
    }
    Ok(())
}

/// Refuses the documents of other versions.
pub(super) fn expect_version(version: Option<Node<'_>>) -> Result<(), Failure> {
    match version.map(Node::kind) {
        Some(NodeKind::Number(version)) if version == f64::from(VERSION) => Ok(()),
        _ => Err(Refusal::Version.into()),
    }
}

/// A member that holds a whole number between `least` and `largest`, if it is there.
fn whole_number(
    member: Option<Node<'_>>,
    path: &'static str,
    least: f64,
    largest: f64,
) -> Result<Option<i64>, Failure> {
    let Some(member) = member else { return Ok(None) };
    match whole(member, least, largest) {
        Some(number) => Ok(Some(number)),
        None if least < 0.0 => {
            Err(wrong_type(path, "a whole number of milliseconds in the range of a Date"))
        }
        None => Err(wrong_type(path, "a whole number that is not negative and exact")),
    }
}

fn whole(node: Node<'_>, least: f64, largest: f64) -> Option<i64> {
    let NodeKind::Number(number) = node.kind() else { return None };
    // Inside of the range, which an i64 holds, only a fraction is lost here.
    let whole = number as i64;
    (number >= least && number <= largest && whole as f64 == number).then_some(whole)
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
