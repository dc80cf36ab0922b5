//! Where values come from: parts of the context, variables, and what may be either.

use super::super::name::Names;
use crate::map::NumberMap;
use crate::merge_sort::sorted;
use crate::program::NameIndex;
use crate::reads::Reads;
use crate::size::{index, length};
use alloc::vec;
use alloc::vec::Vec;

/// Where a value may come from.
pub(super) type Place = u32;

/// From no part of the context, or from parts that are read whole as it is.
pub(super) const NOWHERE: Place = 0;
/// The context itself.
pub(super) const CONTEXT: Place = 1;

/// Places in one program; where there are more, it reads everything.
const MOST_PLACES: usize = 1 << 14;
/// Work that goes into following values from place to place; after more of it, the
/// program reads everything.
const MOST_WORK: u32 = 1 << 18;
/// Levels of the tree; what lies deeper is read whole. It also ends what would never end:
/// a variable that is bound to a field of itself.
const DEEPEST: u32 = 32;

/// All places, and what is read of each.
pub(super) struct Places {
    places: Vec<Known>,
    /// Fields by place and name. Variables are the fields of nowhere.
    fields: NumberMap,
    /// The flows that there are.
    flows: NumberMap,
}

/// What is known of a place.
#[derive(Default)]
struct Known {
    name: NameIndex,
    /// How many fields lead here.
    level: u32,
    whole: bool,
    fields: Vec<Place>,
    /// Where its values come from in turn: what is read here is read there.
    flows: Vec<Place>,
}

impl Default for Places {
    fn default() -> Self {
        Places {
            places: vec![Known { whole: true, ..Known::default() }, Known::default()],
            fields: NumberMap::default(),
            flows: NumberMap::default(),
        }
    }
}

fn pair(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

impl Places {
    fn get(&self, place: Place) -> Option<&Known> {
        self.places.get(index(place))
    }

    fn get_mut(&mut self, place: Place) -> Option<&mut Known> {
        self.places.get_mut(index(place))
    }

    fn is_whole(&self, place: Place) -> bool {
        self.get(place).is_none_or(|known| known.whole)
    }

    /// Reads a place whole.
    pub(super) fn look(&mut self, place: Place) {
        if let Some(known) = self.get_mut(place) {
            known.whole = true;
        }
    }

    fn add(&mut self, name: NameIndex, level: u32) -> Place {
        if self.places.len() >= MOST_PLACES {
            self.look(CONTEXT);
            return NOWHERE;
        }
        self.places.push(Known { name, level, ..Known::default() });
        length(self.places.len()).saturating_sub(1)
    }

    /// A field of what comes from a place.
    pub(super) fn field(&mut self, place: Place, name: NameIndex) -> Place {
        if self.is_whole(place) {
            return NOWHERE;
        }
        self.below(place, name)
    }

    /// A variable.
    pub(super) fn variable(&mut self, name: NameIndex) -> Place {
        self.below(NOWHERE, name)
    }

    /// Whether a variable was bound, or its value asked for.
    pub(super) fn has_variable(&self, name: NameIndex) -> bool {
        self.fields.get(pair(NOWHERE, name)).is_some()
    }

    fn below(&mut self, place: Place, name: NameIndex) -> Place {
        if let Some(known) = self.fields.get(pair(place, name)) {
            return known;
        }
        let level = self.get(place).map_or(0, |known| known.level);
        if level >= DEEPEST {
            self.look(place);
            return NOWHERE;
        }
        let field = self.add(name, level.saturating_add(1));
        self.fields.insert(pair(place, name), field);
        if let Some(known) = self.get_mut(place) {
            known.fields.push(field);
        }
        field
    }

    /// Something that may come from either of two places.
    pub(super) fn join(&mut self, first: Place, second: Place) -> Place {
        if first == NOWHERE || first == second {
            return second;
        }
        if second == NOWHERE {
            return first;
        }
        let joined = self.add(0, 0);
        self.flow(joined, first);
        self.flow(joined, second);
        joined
    }

    /// What comes from `place` may come from `source`. Says whether that is news.
    pub(super) fn flow(&mut self, place: Place, source: Place) -> bool {
        let news = place != source
            && !self.is_whole(source)
            && self.flows.insert(pair(place, source), 0).is_none();
        if news && let Some(known) = self.get_mut(place) {
            known.flows.push(source);
        }
        news
    }

    /// Hands what is read at each place on to where its values come from.
    fn settle(&mut self) {
        let mut work = 0_u32;
        let mut pending: Vec<Place> = (0..length(self.places.len())).collect();
        while let Some(place) = pending.pop() {
            let mut next = 0_usize;
            while let Some(&source) = self.get(place).and_then(|it| it.flows.get(next)) {
                next = next.saturating_add(1);
                self.hand_on(place, source, &mut pending);
                let fields = self.get(place).map_or(0, |known| known.fields.len());
                work = work.saturating_add(length(fields)).saturating_add(1);
            }
            if work > MOST_WORK {
                self.look(CONTEXT);
                return;
            }
        }
    }

    /// What is read of a place is read of one of its sources. What that changes is pending.
    fn hand_on(&mut self, place: Place, source: Place, pending: &mut Vec<Place>) {
        if self.is_whole(place) && !self.is_whole(source) {
            self.look(source);
            pending.push(source);
        }
        let mut next = 0_usize;
        while let Some(&field) = self.get(place).and_then(|it| it.fields.get(next)) {
            next = next.saturating_add(1);
            let known = length(self.places.len());
            let name = self.get(field).map_or(0, |field| field.name);
            let below = self.field(source, name);
            if below >= known {
                pending.push(source);
            }
            if self.flow(field, below) {
                pending.push(field);
            }
        }
    }

    /// The part of the context that is read in the end.
    pub(super) fn into_reads(mut self, names: &Names) -> Reads {
        self.settle();
        let mut reads = Reads::new(self.is_whole(CONTEXT));
        // Places by the entry that they become.
        let mut entries = vec![CONTEXT];
        let mut entry = 0_usize;
        while let Some(&place) = entries.get(entry) {
            let known = self.get(place).filter(|known| !known.whole);
            let fields = known.map_or(&[][..], |known| &known.fields);
            let field = |at: usize| fields.get(at).and_then(|&field| self.get(field));
            let name = |at: usize| field(at).map(|field| names.get(field.name));
            for at in sorted(fields.len(), &|first, second| name(first) > name(second)) {
                let at = index(at);
                let whole = field(at).is_none_or(|field| field.whole);
                reads.add_field(entry, name(at).unwrap_or_default(), whole);
                entries.push(fields.get(at).copied().unwrap_or(NOWHERE));
            }
            entry = entry.saturating_add(1);
        }
        reads
    }
}
