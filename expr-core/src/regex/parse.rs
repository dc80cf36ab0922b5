//! Pattern text → [`Tree`]: the grammar of ECMAScript with Annex B, without the flag u.
//!
//! Open groups are kept on a stack of our own, so depth costs memory in proportion to
//! the pattern and never the host's stack. What is refused is exactly what V8 refuses.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::SyntaxError;
use super::tree::{Assertion, Node, NodeId, Repeat, Tree, UNBOUNDED};
use crate::map::NumberMap;
use crate::size::{index, length};

/// As many groups as V8 allows.
const MAX_GROUPS: u32 = 32_767;

pub(super) type Parsed<T> = Result<T, SyntaxError>;

pub(super) fn parse(pattern: &[u16], ignore_case: bool) -> Parsed<Tree> {
    if u32::try_from(pattern.len()).is_err() {
        return Err(SyntaxError { message: "the pattern is too long", offset: 0 });
    }
    let (total_groups, has_names) = count_groups(pattern);
    Parser {
        pattern,
        at: 0,
        ignore_case,
        total_groups,
        has_names,
        tree: Tree::default(),
        terms: Vec::new(),
        alternatives: Vec::new(),
        open: Vec::new(),
        groups: Names::default(),
        references: Vec::new(),
        class_escapes: NumberMap::default(),
    }
    .parse()
}

pub(super) struct Parser<'p> {
    pattern: &'p [u16],
    pub(super) at: usize,
    pub(super) ignore_case: bool,
    /// Counted before parsing: whether `\2` refers to a group depends on what follows.
    pub(super) total_groups: u32,
    /// Counted before parsing: with a named group anywhere, `\k` must be a reference.
    pub(super) has_names: bool,
    pub(super) tree: Tree,
    /// The terms of all open alternatives; each group knows where its own begin.
    terms: Vec<NodeId>,
    /// The finished alternatives of all open groups.
    alternatives: Vec<NodeId>,
    open: Vec<Open>,
    groups: Names,
    /// Named references wait for their groups, which may come later.
    pub(super) references: Vec<(NodeId, Box<[u16]>, u32)>,
    /// The sets of `\d`, `\w`, … outside classes, each made once.
    pub(super) class_escapes: NumberMap,
}

/// The names of groups, found by their hash.
#[derive(Default)]
struct Names {
    by_hash: NumberMap,
    names: Vec<(Box<[u16]>, u32)>,
}

impl Names {
    fn get(&self, name: &[u16]) -> Option<u32> {
        let mut hash = hash_units(name);
        loop {
            let place = self.by_hash.get(hash)?;
            match self.names.get(index(place)) {
                Some((found, group)) if **found == *name => return Some(*group),
                _ => hash = hash.wrapping_add(1),
            }
        }
    }

    /// Whether the name is new.
    fn insert(&mut self, name: Box<[u16]>, group: u32) -> bool {
        if self.get(&name).is_some() {
            return false;
        }
        let mut hash = hash_units(&name);
        while self.by_hash.insert(hash, length(self.names.len())).is_some() {
            hash = hash.wrapping_add(1);
        }
        self.names.push((name, group));
        true
    }
}

fn hash_units(units: &[u16]) -> u64 {
    units.iter().fold(0, |hash, &unit| {
        (hash ^ u64::from(unit)).rotate_left(17).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    })
}

struct Open {
    kind: Group,
    offset: usize,
    terms_from: usize,
    alternatives_from: usize,
    groups_before: u32,
}

#[derive(Clone, Copy)]
enum Group {
    Plain,
    Capture(u32),
    Look { ahead: bool, negative: bool },
}

/// Whether a quantifier may follow a term.
#[derive(Clone, Copy)]
pub(super) enum Term {
    /// It may, and repeats the groups from this one on.
    Atom { groups_from: u32 },
    /// It would have nothing to repeat.
    Assertion,
    /// A lookbehind, which V8 refuses to repeat.
    Lookbehind,
}

impl Parser<'_> {
    fn parse(mut self) -> Parsed<Tree> {
        while let Some(unit) = self.peek(0) {
            let offset = self.at;
            self.advance(1);
            let term = match u8::try_from(unit).unwrap_or(0) {
                b'|' => {
                    self.end_alternative();
                    continue;
                }
                b'(' => {
                    self.open_group(offset)?;
                    continue;
                }
                b')' => self.close_group(offset)?,
                b'*' | b'+' | b'?' => return self.nothing_to_repeat(offset),
                b'{' if self.interval(offset).is_some() => {
                    return self.nothing_to_repeat(offset);
                }
                b'^' => self.assertion(Assertion::Start),
                b'$' => self.assertion(Assertion::End),
                b'.' => self.atom(Node::Dot),
                b'[' => {
                    let class = self.class(offset)?;
                    self.atom(class)
                }
                b'\\' => self.escape(offset)?,
                _ => self.atom(Node::Unit(unit)),
            };
            self.quantifier(term)?;
        }
        self.finish()
    }

    fn finish(mut self) -> Parsed<Tree> {
        if let Some(group) = self.open.last() {
            return self.fail("this group is not closed", group.offset);
        }
        self.tree.root = self.end_disjunction(0, 0);
        for (id, name, offset) in core::mem::take(&mut self.references) {
            let Some(group) = self.groups.get(&name) else {
                return self.fail("no group has this name", offset as usize);
            };
            self.tree.resolve(id, group);
        }
        Ok(self.tree)
    }

    pub(super) fn atom(&mut self, node: Node) -> Term {
        let id = self.tree.add(node);
        self.terms.push(id);
        Term::Atom { groups_from: self.tree.groups }
    }

    pub(super) fn assertion(&mut self, assertion: Assertion) -> Term {
        self.atom(Node::Assertion(assertion));
        Term::Assertion
    }

    pub(super) fn last_term(&self) -> NodeId {
        self.terms.last().copied().unwrap_or_default()
    }

    fn end_alternative(&mut self) {
        let from = self.open.last().map_or(0, |group| group.terms_from);
        let terms = self.terms.drain(from..);
        let alternative = self.tree.add_list(terms, Node::Sequence);
        self.alternatives.push(alternative);
    }

    fn end_disjunction(&mut self, terms_from: usize, alternatives_from: usize) -> NodeId {
        let terms = self.terms.drain(terms_from..);
        let last = self.tree.add_list(terms, Node::Sequence);
        self.alternatives.push(last);
        let alternatives = self.alternatives.drain(alternatives_from..);
        self.tree.add_list(alternatives, Node::Alternatives)
    }

    fn open_group(&mut self, offset: usize) -> Parsed<()> {
        let groups_before = self.tree.groups;
        let kind = if self.eat(b'?') { self.special_group()? } else { self.capture()? };
        self.open.push(Open {
            kind,
            offset,
            terms_from: self.terms.len(),
            alternatives_from: self.alternatives.len(),
            groups_before,
        });
        Ok(())
    }

    /// The part between `(?` and the group's content.
    fn special_group(&mut self) -> Parsed<Group> {
        let look = |ahead, negative| Ok(Group::Look { ahead, negative });
        if self.eat(b':') {
            return Ok(Group::Plain);
        }
        if self.eat(b'=') {
            return look(true, false);
        }
        if self.eat(b'!') {
            return look(true, true);
        }
        if !self.eat(b'<') {
            return self.fail("this is no kind of group", self.at);
        }
        if self.eat(b'=') {
            return look(false, false);
        }
        if self.eat(b'!') {
            return look(false, true);
        }
        let group = self.capture()?;
        self.name_group(self.tree.groups)?;
        Ok(group)
    }

    fn capture(&mut self) -> Parsed<Group> {
        if self.tree.groups >= MAX_GROUPS {
            return self.fail("the pattern has too many groups", self.at);
        }
        self.tree.groups = self.tree.groups.saturating_add(1);
        Ok(Group::Capture(self.tree.groups))
    }

    fn name_group(&mut self, group: u32) -> Parsed<()> {
        let offset = self.at;
        let name = self.group_name()?;
        if !self.groups.insert(name, group) {
            return self.fail("two groups have this name", offset);
        }
        Ok(())
    }

    fn close_group(&mut self, offset: usize) -> Parsed<Term> {
        let Some(group) = self.open.pop() else {
            return self.fail("no group is open here", offset);
        };
        let body = self.end_disjunction(group.terms_from, group.alternatives_from);
        let groups_from = group.groups_before;
        match group.kind {
            Group::Plain => self.terms.push(body),
            Group::Capture(group) => {
                self.atom(Node::Capture { group, body });
            }
            Group::Look { ahead, negative } => {
                self.atom(Node::Look { ahead, negative, body });
                if !ahead {
                    return Ok(Term::Lookbehind);
                }
            }
        }
        Ok(Term::Atom { groups_from })
    }

    /// Wraps the last term in the quantifier that follows it, if one does.
    fn quantifier(&mut self, term: Term) -> Parsed<()> {
        let offset = self.at;
        let Some((min, max)) = self.counts()? else {
            return Ok(());
        };
        let groups_from = match term {
            Term::Atom { groups_from } => groups_from,
            Term::Assertion => return self.nothing_to_repeat(offset),
            Term::Lookbehind => {
                return self.fail("a lookbehind cannot be repeated", offset);
            }
        };
        let greedy = !self.eat(b'?');
        let body = self.terms.pop().unwrap_or_default();
        let groups = (groups_from.saturating_add(1), self.tree.groups.saturating_add(1));
        let index = self.tree.repeats.len() as u32;
        self.tree.repeats.push(Repeat { body, min, max, greedy, groups });
        self.atom(Node::Repeat(index));
        Ok(())
    }

    fn counts(&mut self) -> Parsed<Option<(u32, u32)>> {
        let offset = self.at;
        let counts = match self.peek(0).and_then(|unit| u8::try_from(unit).ok()) {
            Some(b'*') => (0, UNBOUNDED),
            Some(b'+') => (1, UNBOUNDED),
            Some(b'?') => (0, 1),
            Some(b'{') => {
                let Some((min, max, end)) = self.interval(offset) else {
                    return Ok(None);
                };
                if max < min {
                    return self.fail("the numbers in `{}` are out of order", offset);
                }
                self.at = end;
                return Ok(Some((min, max)));
            }
            _ => return Ok(None),
        };
        self.advance(1);
        Ok(Some(counts))
    }

    /// Reads `{n}`, `{n,}` or `{n,m}` at `at` without moving; any other brace is text.
    fn interval(&self, at: usize) -> Option<(u32, u32, usize)> {
        let (min, mut at) = self.number(at.saturating_add(1))?;
        let mut max = min;
        if self.unit_is(at, b',') {
            (max, at) = match self.number(at.saturating_add(1)) {
                Some(number) => number,
                None => (UNBOUNDED, at.saturating_add(1)),
            };
        }
        self.unit_is(at, b'}').then(|| (min, max, at.saturating_add(1)))
    }

    fn number(&self, mut at: usize) -> Option<(u32, usize)> {
        let mut number = None;
        while let Some(digit) = self.digit(at, 10) {
            let tens = number.unwrap_or(0_u32).saturating_mul(10);
            number = Some(tens.saturating_add(digit).min(UNBOUNDED));
            at = at.saturating_add(1);
        }
        number.map(|number| (number, at))
    }

    fn nothing_to_repeat<T>(&self, offset: usize) -> Parsed<T> {
        self.fail("there is nothing to repeat", offset)
    }

    pub(super) fn fail<T>(&self, message: &'static str, offset: usize) -> Parsed<T> {
        Err(SyntaxError { message, offset: offset as u32 })
    }

    /// The unit `ahead` places on.
    pub(super) fn peek(&self, ahead: usize) -> Option<u16> {
        self.pattern.get(self.at.saturating_add(ahead)).copied()
    }

    pub(super) fn advance(&mut self, units: usize) {
        self.at = self.at.saturating_add(units);
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.unit_is(self.at, byte);
        self.advance(usize::from(found));
        found
    }

    pub(super) fn unit_is(&self, at: usize, byte: u8) -> bool {
        self.pattern.get(at) == Some(&u16::from(byte))
    }

    /// The value of the digit at `at`, if it is one in this base.
    pub(super) fn digit(&self, at: usize, base: u32) -> Option<u32> {
        char::from_u32(u32::from(*self.pattern.get(at)?))?.to_digit(base)
    }
}

/// Counts the capturing groups of the whole pattern, and tells whether one has a name.
fn count_groups(pattern: &[u16]) -> (u32, bool) {
    let (mut groups, mut named, mut in_class) = (0_u32, false, false);
    let mut units = pattern.iter().map(|&unit| u8::try_from(unit).unwrap_or(0));
    while let Some(byte) = units.next() {
        match byte {
            b'\\' => {
                units.next();
            }
            b']' => in_class = false,
            b'[' => in_class = true,
            b'(' if !in_class => {
                let mut rest = units.clone();
                if rest.next() == Some(b'?') {
                    if rest.next() != Some(b'<')
                        || matches!(rest.next(), Some(b'=' | b'!'))
                    {
                        continue;
                    }
                    named = true;
                }
                groups = groups.saturating_add(1);
            }
            _ => {}
        }
    }
    (groups, named)
}
