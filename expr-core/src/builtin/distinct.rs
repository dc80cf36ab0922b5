//! `$distinct`: each value once, without comparing every pair.
//!
//! Values that are deeply equal have one hash, so only values with the same hash are
//! compared. A list that is made to collide pays for its comparisons step by step.

use crate::error::Result;
use crate::map::NumberMap;
use crate::size::{index, length};
use crate::value::{Array, Heap, Key, Value, hash_name};
use alloc::vec::Vec;

/// The items of a list without those that equal an earlier one.
pub(super) fn distinct_items(heap: &mut Heap, list: Array) -> Result<Vec<Value>> {
    // The first value of each hash; every value knows the next one with its hash.
    let mut seen = NumberMap::default();
    let mut kept: Vec<Value> = Vec::new();
    let mut next: Vec<Option<u32>> = Vec::new();
    for position in 0..list.len {
        let item = heap.item(list, position);
        let place = length(kept.len());
        let mut alike = seen.insert(hash(heap, item)?, place);
        let mut last = None;
        let mut found = false;
        while let Some(other) = alike
            && !found
        {
            let value = kept.get(index(other)).copied().unwrap_or_default();
            found = heap.deep_equal(item, value)?;
            last = Some(other);
            alike = next.get(index(other)).copied().flatten();
        }
        if !found {
            heap.budget.allocate(48)?;
            if let Some(link) = last.and_then(|last| next.get_mut(index(last))) {
                *link = Some(place);
            }
            kept.push(item);
            next.push(None);
        }
    }
    Ok(kept)
}

/// A hash that is the same for values that are deeply equal.
///
/// The members of an object are added up, since their order does not matter; and a list
/// hashes as the object of its indices and its length, since it can equal such an object.
fn hash(heap: &mut Heap, value: Value) -> Result<u64> {
    let mut total = 0_u64;
    // Values to come, each with what its place contributes.
    let mut pending = alloc::vec![(value, 0_u64)];
    while let Some((value, place)) = pending.pop() {
        heap.budget.charge(1)?;
        let own = match value {
            Value::Undefined => 1,
            Value::Null => 2,
            Value::Bool(false) => 3,
            Value::Bool(true) => 4,
            // -0 equals 0.
            Value::Number(number) => mix(5, (number + 0.0).to_bits()),
            Value::String(text) => {
                heap.budget.charge(u64::from(text.len >> 5))?;
                mix(6, u64::from(hash_name(heap.bytes(text))))
            }
            Value::Function(function) => mix(7, u64::from(function)),
            Value::Array(array) => {
                heap.budget.charge(u64::from(array.len))?;
                for at in 0..array.len {
                    pending.push((heap.item(array, at), index_place(place, at)));
                }
                let length = Value::Number(f64::from(array.len));
                pending.push((length, name_place(place, b"length")));
                8
            }
            Value::Object(object) => {
                heap.budget.charge(u64::from(heap.member_count(object)))?;
                for (key, value) in heap.members(object) {
                    pending.push((value, member_place(heap, place, key)));
                }
                8
            }
        };
        total = total.wrapping_add(mix(place, own));
    }
    Ok(total)
}

fn member_place(heap: &Heap, place: u64, key: Key) -> u64 {
    match heap.key_index(key) {
        Some(at) => index_place(place, at),
        None => name_place(place, heap.bytes(heap.name(key))),
    }
}

fn index_place(place: u64, at: u32) -> u64 {
    mix(place, u64::from(at).wrapping_add(1 << 40))
}

fn name_place(place: u64, name: &[u8]) -> u64 {
    mix(place, u64::from(hash_name(name)).wrapping_add(1 << 48))
}

/// Stirs two numbers into one (the finalizer of SplitMix64).
fn mix(left: u64, right: u64) -> u64 {
    let mut mixed = left.rotate_left(23).wrapping_add(right) ^ 0x9E37_79B9_7F4A_7C15;
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}
