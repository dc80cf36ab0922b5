//! Where values come from: parts of the context, variables, and what may be either.

use crate::map::NumberMap;
use crate::merge_sort::sorted;
use crate::reads::Reads;
use crate::size::{index, length};
use crate::syntax::{Word, Words};
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
    /// The field's name.
    name: Option<Word>,
    /// How many fields lead here.
    level: u32,
    whole: bool,
    /// The first and the last of its fields, and how many there are.
    first: Place,
    last: Place,
    count: u32,
    /// The field after this one of the same place.
    next: Place,
    /// Where its values come from in turn: what is read here is read there.
    flows: Vec<Place>,
}

fn pair(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

impl Places {
    /// Of a program of about so many nodes.
    pub(super) fn new(nodes: usize) -> Self {
        let mut places = Vec::with_capacity(nodes.saturating_add(2));
        places.push(Known { whole: true, ..Known::default() });
        places.push(Known::default());
        let (fields, flows) = (NumberMap::default(), NumberMap::default());
        Places { places, fields, flows }
    }

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

    fn add(&mut self, name: Option<Word>, level: u32) -> Place {
        if self.places.len() >= MOST_PLACES {
            self.look(CONTEXT);
            return NOWHERE;
        }
        self.places.push(Known { name, level, ..Known::default() });
        length(self.places.len()).saturating_sub(1)
    }

    /// A field of what comes from a place.
    pub(super) fn field(&mut self, place: Place, name: Word) -> Place {
        if self.is_whole(place) {
            return NOWHERE;
        }
        self.below(place, name)
    }

    /// A variable.
    pub(super) fn variable(&mut self, name: Word) -> Place {
        self.below(NOWHERE, name)
    }

    /// Whether a variable was bound, or its value asked for.
    pub(super) fn has_variable(&self, name: Word) -> bool {
        self.fields.get(pair(NOWHERE, name.0)).is_some()
    }

    fn below(&mut self, place: Place, name: Word) -> Place {
        if let Some(known) = self.fields.get(pair(place, name.0)) {
            return known;
        }
        let level = self.get(place).map_or(0, |known| known.level);
        if level >= DEEPEST {
            self.look(place);
            return NOWHERE;
        }
        let field = self.add(Some(name), level.saturating_add(1));
        self.fields.insert(pair(place, name.0), field);
        let Some(known) = self.get_mut(place) else { return field };
        known.count = known.count.saturating_add(1);
        let before = core::mem::replace(&mut known.last, field);
        if before == NOWHERE {
            known.first = field;
        } else if let Some(before) = self.get_mut(before) {
            before.next = field;
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
        let joined = self.add(None, 0);
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
        if self.flows.is_empty() {
            return;
        }
        let mut work = 0_u32;
        let mut pending: Vec<Place> = (0..length(self.places.len())).collect();
        while let Some(place) = pending.pop() {
            let mut next = 0_usize;
            while let Some(&source) = self.get(place).and_then(|it| it.flows.get(next)) {
                next = next.saturating_add(1);
                self.hand_on(place, source, &mut pending);
                let fields = self.get(place).map_or(0, |known| known.count);
                work = work.saturating_add(fields).saturating_add(1);
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
        let mut field = self.get(place).map_or(NOWHERE, |known| known.first);
        while let Some(&Known { name: Some(name), .. }) = self.get(field) {
            let known = length(self.places.len());
            let below = self.field(source, name);
            if below >= known {
                pending.push(source);
            }
            if self.flow(field, below) {
                pending.push(field);
            }
            field = self.get(field).map_or(NOWHERE, |field| field.next);
        }
    }

    /// The part of the context that is read in the end.
    pub(super) fn into_reads(mut self, words: &Words) -> Reads {
        self.settle();
        let (fields, bytes) = (self.places.len(), words.len_of_all());
        let mut reads = Reads::of_size(self.is_whole(CONTEXT), fields, bytes);
        // Places by the entry that they become.
        let mut entries = Vec::with_capacity(self.places.len());
        entries.push(CONTEXT);
        let mut entry = 0_usize;
        while let Some(&place) = entries.get(entry) {
            let known = self.get(place).filter(|known| !known.whole);
            let mut field = known.map_or(NOWHERE, |known| known.first);
            let added = entries.len();
            while field != NOWHERE {
                entries.push(field);
                field = self.get(field).map_or(NOWHERE, |field| field.next);
            }
            self.sort(entries.get_mut(added..).unwrap_or_default(), words);
            for &field in entries.get(added..).unwrap_or_default() {
                let whole = self.is_whole(field);
                reads.add_field(entry, self.name(field, words), whole);
            }
            entry = entry.saturating_add(1);
        }
        reads
    }

    /// Sorts fields by name.
    fn sort(&self, fields: &mut [Place], words: &Words) {
        if fields.len() < 2 {
            return;
        }
        let name = |at: usize| fields.get(at).map(|&field| self.name(field, words));
        let order = sorted(fields.len(), &|first, second| name(first) > name(second));
        let known = fields.to_vec();
        for (field, at) in fields.iter_mut().zip(order) {
            *field = known.get(index(at)).copied().unwrap_or(NOWHERE);
        }
    }

    fn name<'w>(&self, field: Place, words: &'w Words) -> &'w [u8] {
        let name = self.get(field).and_then(|field| field.name);
        name.map_or(&[], |name| words.bytes(name))
    }
}
