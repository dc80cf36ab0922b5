//! Stable merge sorts: one that asks for a comparison at a time, and one that compares.
//!
//! A comparison can call functions of the expression, so [`MergeSort`] must be able to wait
//! for its answer. Halves are split and merged in the reference's order, which decides which
//! of several failing comparisons is met first. Where no comparison can fail, nobody sees in
//! which order they are made, and [`sort`] takes a third of the time.

use crate::size::{index, length};
use alloc::vec::Vec;

/// A sort in progress, over items known by their positions.
#[derive(Debug, Default)]
pub(crate) struct MergeSort {
    order: Vec<u32>,
    merged: Vec<u32>,
    /// Merges that are still to be done, the next one last.
    merges: Vec<Merge>,
}

#[derive(Clone, Copy, Debug)]
struct Merge {
    left: u32,
    middle: u32,
    right: u32,
    end: u32,
}

impl MergeSort {
    /// Starts to sort `count` items.
    pub(crate) fn new(count: u32) -> Self {
        let mut merges = Vec::new();
        let mut split = alloc::vec![(0, count)];
        // Outer halves first, right before left: popped from the end, they come inner and
        // left halves first.
        while let Some((start, end)) = split.pop() {
            let len = end.saturating_sub(start);
            if len < 2 {
                continue;
            }
            let middle = start.saturating_add(len / 2);
            merges.push(Merge { left: start, middle, right: middle, end });
            split.push((start, middle));
            split.push((middle, end));
        }
        MergeSort { order: (0..count).collect(), merged: Vec::new(), merges }
    }

    /// The two items to compare next; `None` when everything is sorted.
    pub(crate) fn next_pair(&self) -> Option<(u32, u32)> {
        let merge = self.merges.last()?;
        Some((self.at(merge.left)?, self.at(merge.right)?))
    }

    /// Takes the answer: whether the first item of the pair comes after the second.
    pub(crate) fn answer(&mut self, first_is_later: bool) {
        let Some(mut merge) = self.merges.last().copied() else { return };
        let taken = if first_is_later { &mut merge.right } else { &mut merge.left };
        let item = self.order.get(index(*taken)).copied();
        *taken = taken.saturating_add(1);
        self.merged.extend(item);
        if merge.left < merge.middle && merge.right < merge.end {
            if let Some(last) = self.merges.last_mut() {
                *last = merge;
            }
            return;
        }
        self.merges.pop();
        self.finish(merge);
    }

    /// How many items all merges together will move.
    pub(crate) fn moves(&self) -> u64 {
        let len = |merge: &Merge| u64::from(merge.end.saturating_sub(merge.left));
        self.merges.iter().map(len).sum()
    }

    /// The sorted positions.
    pub(crate) fn order(&self) -> &[u32] {
        &self.order
    }

    fn at(&self, place: u32) -> Option<u32> {
        self.order.get(index(place)).copied()
    }

    /// Puts the merged run in place; what is left of the first half moves behind it, what
    /// is left of the second is there already.
    fn finish(&mut self, merge: Merge) {
        let rest = self.order.get(index(merge.left)..index(merge.middle));
        self.merged.extend_from_slice(rest.unwrap_or_default());
        let len = length(self.merged.len());
        // The run ends where the unread part of the second half begins.
        let start = merge.right.saturating_sub(len);
        let end = index(start).saturating_add(self.merged.len());
        if let Some(run) = self.order.get_mut(index(start)..end) {
            run.copy_from_slice(&self.merged);
        }
        self.merged.clear();
    }
}

/// So many items are put in their places one after the other, before runs are merged.
const FEW: usize = 8;

/// The positions of `count` items in order; `later` says whether the first of two comes
/// after the second. Equal items keep their order.
pub(crate) fn sorted(count: usize, later: &dyn Fn(usize, usize) -> bool) -> Vec<u32> {
    let positions = (0..length(count)).collect();
    sort(positions, |first: u32, second| later(index(first), index(second)))
}

/// Sorts items by a comparison that is always the same; see [`sorted`].
pub(crate) fn sort<T: Copy>(mut items: Vec<T>, later: impl Fn(T, T) -> bool) -> Vec<T> {
    for run in items.chunks_mut(FEW) {
        for end in 1..run.len() {
            let mut at = end;
            while let Some([.., before, item]) = run.get_mut(..=at)
                && later(*before, *item)
            {
                core::mem::swap(before, item);
                at = at.saturating_sub(1);
            }
        }
    }
    let (mut merged, mut sorted) = (Vec::new(), FEW);
    while sorted < items.len() {
        merged.reserve(items.len());
        for runs in items.chunks(sorted << 1) {
            let (mut left, mut right) = runs.split_at(sorted.min(runs.len()));
            while let (&[first, ..], &[second, ..]) = (left, right) {
                let from_right = later(first, second);
                merged.push(if from_right { second } else { first });
                // No branch, since nobody could foresee which way it goes.
                left = left.get(usize::from(!from_right)..).unwrap_or_default();
                right = right.get(usize::from(from_right)..).unwrap_or_default();
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        core::mem::swap(&mut items, &mut merged);
        merged.clear();
        sorted <<= 1;
    }
    items
}

#[cfg(test)]
mod tests {
    use super::{FEW, sorted};
    use alloc::vec::Vec;

    #[test]
    fn few_and_many_keep_the_order_of_equals() {
        for count in 0..FEW * 9 {
            let key = |at: usize| (at * 7 + 3) % 25 / 2;
            let order = sorted(count, &|first, second| key(first) > key(second));
            let mut expected: Vec<u32> = (0..u32::try_from(count).unwrap()).collect();
            expected.sort_by_key(|&at| key(at as usize));
            assert_eq!(order, expected, "{count} items");
        }
    }
}
