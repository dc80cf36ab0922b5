//! The places where matching has failed already, so that no such place is tried twice.
//!
//! Backtracking is exponential because different ways lead to the same place in the
//! pattern at the same position in the text, and each of them tries all that follows.
//! Without back references the way does not matter, so whoever comes second fails at
//! once: whoever came first has tried it, or is going to before the choices that led
//! to the second are given up.

use alloc::vec::Vec;

use crate::budget::{Budget, Exhausted};

/// What each slot is charged, and what it takes.
const SLOT_BYTES: u64 = 24;
const FIRST_SLOTS: usize = 64;
/// Past this the memo forgets nothing and learns nothing: 12 MiB.
const MAX_SLOTS: usize = 1 << 19;
/// The place of slots that number contexts; no program is as long.
const CONTEXT: u32 = u32::MAX;

/// A hash table with linear probing, of our own because the standard one is seeded.
#[derive(Debug, Default)]
pub(super) struct Memo {
    slots: Vec<Slot>,
    used: usize,
    contexts: u32,
}

/// 64 neighbouring positions at one place. A slot without bits is free.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    place: u64,
    context: u64,
    bits: u64,
}

/// A place in the pattern, and what else the outcome depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) pc: u32,
    /// The counts of the loops around it and the lookaround it is in, as a number.
    pub(super) context: u32,
    /// How many of the loops around it have consumed nothing in this iteration.
    pub(super) idle: u32,
}

impl Memo {
    /// Notes a visit; false if the place was visited at this position before.
    pub(super) fn is_new(
        &mut self,
        place: Place,
        position: u32,
        budget: &mut Budget,
    ) -> Result<bool, Exhausted> {
        let page = position >> 6;
        let bit = 1 << (position & 63);
        let context = u64::from(place.context) << 32 | u64::from(place.idle);
        let Some(slot) = self.slot(join(place.pc, page), context, budget)? else {
            return Ok(true);
        };
        let is_new = slot.bits & bit == 0;
        slot.bits |= bit;
        Ok(is_new)
    }

    /// The number of the context `outer` with `value` added; `None` if there is no room.
    pub(super) fn context(
        &mut self,
        outer: u32,
        value: u32,
        budget: &mut Budget,
    ) -> Result<Option<u32>, Exhausted> {
        let next = u64::from(self.contexts).saturating_add(1);
        let Some(slot) = self.slot(join(CONTEXT, value), u64::from(outer), budget)?
        else {
            return Ok(None);
        };
        if slot.bits == 0 {
            slot.bits = next;
            self.contexts = next as u32;
            return Ok(Some(self.contexts));
        }
        Ok(Some(slot.bits as u32))
    }

    /// The slot with this key or a free one that now has it, unless the table is full.
    /// The caller leaves bits in it.
    fn slot(
        &mut self,
        place: u64,
        context: u64,
        budget: &mut Budget,
    ) -> Result<Option<&mut Slot>, Exhausted> {
        if self.used >= self.slots.len() / 2 && self.slots.len() < MAX_SLOTS {
            self.grow(budget)?;
        }
        let index = self.probe(place, context);
        let has_room = self.used < self.slots.len().saturating_sub(self.slots.len() / 4);
        let Some(slot) = self.slots.get_mut(index) else {
            return Ok(None);
        };
        if slot.bits == 0 {
            if !has_room {
                return Ok(None);
            }
            self.used = self.used.saturating_add(1);
            *slot = Slot { place, context, bits: 0 };
        }
        Ok(Some(slot))
    }

    fn probe(&self, place: u64, context: u64) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut index = hash(place, context) as usize & mask;
        while let Some(slot) = self.slots.get(index) {
            if slot.bits == 0 || (slot.place, slot.context) == (place, context) {
                break;
            }
            index = index.wrapping_add(1) & mask;
        }
        index
    }

    fn grow(&mut self, budget: &mut Budget) -> Result<(), Exhausted> {
        let size = self.slots.len().saturating_mul(2).max(FIRST_SLOTS);
        budget.allocate(SLOT_BYTES.saturating_mul(size as u64))?;
        let empty = alloc::vec![Slot::default(); size];
        for slot in core::mem::replace(&mut self.slots, empty) {
            let index = self.probe(slot.place, slot.context);
            if let Some(free) = self.slots.get_mut(index).filter(|_| slot.bits != 0) {
                *free = slot;
            }
        }
        Ok(())
    }
}

fn join(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// The finalizer of SplitMix64.
fn hash(place: u64, context: u64) -> u64 {
    let mut mixed = place ^ context.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}
