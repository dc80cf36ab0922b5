//! Paths: steps, predicates, bindings, sorting, grouping.

use super::super::{Phrase, list};
use super::vocabulary::{LISTS, NUMBERS, OTHERS, RECORD_LISTS, RECORDS, TEXTS, TRUTHS};
use super::{Author, Kind};
use crate::phrase;

impl Author<'_> {
    /// A field of any name.
    pub(super) fn field(&mut self) -> Phrase {
        let families =
            [NUMBERS, TEXTS, TRUTHS, LISTS, RECORD_LISTS, RECORD_LISTS, RECORDS, OTHERS];
        let family = families.get(self.random.below(families.len()));
        phrase!(self.random.pick(family.copied().unwrap_or_default()))
    }

    /// A field whose name promises `kind`.
    pub(super) fn field_of(&mut self, kind: Kind) -> Phrase {
        let family = match kind {
            Kind::Number => NUMBERS,
            Kind::Text => TEXTS,
            Kind::Truth => TRUTHS,
            Kind::List if self.random.one_in(2) => LISTS,
            Kind::List => RECORD_LISTS,
            Kind::Record => RECORDS,
            Kind::Any | Kind::Function => return self.field(),
        };
        phrase!(self.random.pick(family))
    }

    /// A path of one to four steps.
    pub(super) fn path(&mut self, depth: usize) -> Phrase {
        let bound = self.variables.len();
        let mut parts = vec![self.head(depth)];
        parts.extend(self.stages(depth));
        for _ in 0..self.random.below(4) {
            parts.push(phrase!(".", self.step(depth)));
            parts.extend(self.stages(depth));
        }
        if self.random.one_in(12) {
            parts.push(self.members(depth.min(1)));
        }
        self.variables.truncate(bound);
        Phrase::Parts(parts)
    }

    fn head(&mut self, depth: usize) -> Phrase {
        match self.random.below(16) {
            0 | 1 => phrase!("$"),
            2 => phrase!("$$"),
            3 => phrase!(self.random.pick(&["*", "**", "*", "**", "*", "**", "%"])),
            4 => phrase!("(", self.item(depth), ")"),
            5 => self.list(depth.min(1)),
            6 if !self.variables.is_empty() => phrase!(self.variable()),
            7 => self.call_giving(Kind::List, depth.min(2)),
            8 => self.members(depth.min(1)),
            9 | 10 => self.field_of(Kind::List),
            _ => self.field(),
        }
    }

    fn step(&mut self, depth: usize) -> Phrase {
        match self.random.below(20) {
            0 => phrase!("*"),
            1 => phrase!("**"),
            2 => phrase!(self.random.pick(&["%", "%.%", "%.n"])),
            3 => phrase!(self.random.pick(&["%", "*", "s", "o"])),
            4 => phrase!("(", self.item(depth), ")"),
            5 => self.members(depth.min(1)),
            6 => {
                let item = self.item(depth.min(1));
                list("[", vec![item], "]")
            }
            7 => phrase!("$"),
            8 | 9 => {
                let kind = self.any_kind();
                self.call_giving(kind, depth.min(1))
            }
            10 => phrase!(
                self.random.pick(&["\"n\"", "\"s\"", "\"none\"", "1", "null", "and"])
            ),
            11 if !self.variables.is_empty() => phrase!(self.variable()),
            _ => self.field(),
        }
    }

    /// What follows a step.
    fn stages(&mut self, depth: usize) -> Vec<Phrase> {
        let mut stages = Vec::new();
        for _ in 0..[0, 0, 0, 0, 0, 1, 1, 1, 1, 2]
            .get(self.random.below(10))
            .copied()
            .unwrap_or(0)
        {
            stages.push(match self.random.below(14) {
                0..=3 => self.predicate(depth),
                4..=6 => phrase!(self.random.pick(&[
                    "[0]", "[-1]", "[1]", "[0.9]", "[[0,2]]", "[[1..2]]", "[5]",
                    "[true]", "[\"\"]", "[null]"
                ])),
                7 | 8 => phrase!("[]"),
                9 => self.binding("@"),
                10 | 11 => self.binding("#"),
                _ => self.sort_terms(depth),
            });
        }
        stages
    }

    pub(super) fn predicate(&mut self, depth: usize) -> Phrase {
        let kind = if self.random.one_in(3) { Kind::Number } else { Kind::Truth };
        phrase!("[", self.expression(kind, depth.min(2)), "]")
    }

    fn binding(&mut self, sign: &str) -> Phrase {
        let name = self.new_variable();
        self.variables.push(name);
        phrase!(format!("{sign}${name}"))
    }

    /// A list in an order.
    pub(super) fn sorted(&mut self, depth: usize) -> Phrase {
        let subject = self.operand(Kind::List, depth);
        phrase!(subject, self.sort_terms(depth))
    }

    fn sort_terms(&mut self, depth: usize) -> Phrase {
        let terms = (0..1 + self.random.below(2))
            .map(|_| {
                let direction = self.random.pick(&["", "<", ">"]);
                let term = match self.random.below(4) {
                    0 => self.expression(Kind::Number, depth.min(2)),
                    1 => phrase!("$"),
                    2 => self.field_of(Kind::Number),
                    _ => self.field_of(Kind::Text),
                };
                phrase!(direction, term)
            })
            .collect();
        list("^(", terms, ")")
    }
}
