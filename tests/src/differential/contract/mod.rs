//! Random cases of the contract: sources of the `workflow` profile over the contexts that
//! workflows have, and mappings with secrets.
//!
//! Most of a source is what authors write. Traps stand in it here and there: normalization
//! inside texts, what validation refuses, results that are none.

mod event;
mod mapping;
mod vocabulary;

use super::{Case, Phrase, Random, list};
use crate::phrase;
pub(super) use event::case as event_case;
pub(super) use mapping::case as mapping_case;
use vocabulary::{
    CONTEXT_VALUES, HELPERS, KEYS, LITERALS, PATHS, PREDICATES, REFUSED, TEXTS, TRAPS,
};

/// How deep expressions nest.
const DEPTH: usize = 3;
/// What a template has for its parts.
const PART: char = '@';

/// A random source and a context for it.
pub(super) fn case(random: &mut Random) -> Case {
    let source = source(random);
    let context = (!random.one_in(40)).then(|| context(random));
    Case { source, context, profile: "workflow" }
}

/// A random source.
fn source(random: &mut Random) -> Phrase {
    let mut author = Author { random };
    match author.random.below(8) {
        0 => author.filled(REFUSED, DEPTH - 1),
        _ => author.expression(DEPTH),
    }
}

/// What a workflow's expressions see.
fn context(random: &mut Random) -> Phrase {
    let payload = record(random, 2);
    let vars = record(random, 1);
    let mut members = vec![phrase!("\"payload\":", payload), phrase!("\"vars\":", vars)];
    let others = [
        "\"error\":null",
        "\"error\":{\"message\":\"failed\",\"code\":7}",
        "\"meta\":{\"runId\":\"r-1\",\"tenantId\":\"t\"}",
        "\"event\":{\"name\":\"E\",\"payload\":{\"id\":5}}",
    ];
    for other in others {
        if random.one_in(2) {
            members.push(phrase!(other));
        }
    }
    list("{", members, "}")
}

/// An object, each member in half of the cases.
fn record(random: &mut Random, depth: usize) -> Phrase {
    let mut members = Vec::new();
    for name in KEYS {
        if random.one_in(2) {
            members.push(phrase!(format!("\"{name}\":"), value(random, depth)));
        }
    }
    if random.one_in(20) {
        let marker = random.pick(&[
            "_jsonata_function",
            "_jsonata_lambda",
            "outerWrapper",
            "tupleStream",
            "__proto__",
            "constructor",
        ]);
        members.push(phrase!(format!("\"{marker}\":true")));
    }
    list("{", members, "}")
}

fn value(random: &mut Random, depth: usize) -> Phrase {
    match (depth, random.below(5)) {
        (1.., 0) => record(random, depth - 1),
        (1.., 1 | 2) => {
            let items = (0..random.below(4)).map(|_| value(random, depth - 1)).collect();
            list("[", items, "]")
        }
        _ => phrase!(random.pick(CONTEXT_VALUES)),
    }
}

struct Author<'r> {
    random: &'r mut Random,
}

impl Author<'_> {
    fn expression(&mut self, depth: usize) -> Phrase {
        if depth == 0 {
            return self.leaf();
        }
        let depth = depth - 1;
        match self.random.below(26) {
            0..=4 => self.leaf(),
            5..=7 => self.path(depth),
            8..=12 => self.filled(HELPERS, depth),
            13 => self.filled(TRAPS, depth),
            14..=16 => self.condition(depth),
            17..=19 => self.operation(depth),
            20 => {
                let items =
                    (0..self.random.below(4)).map(|_| self.expression(depth)).collect();
                list("[", items, "]")
            }
            21 => self.members(depth),
            22 => phrase!("(", self.expression(depth), ")"),
            23 => {
                let value = self.expression(depth);
                phrase!("($x := ", value, "; ", self.expression(depth), ")")
            }
            24 => phrase!(self.path(depth), self.members(depth)),
            _ => {
                let term =
                    self.random.pick(&["price", ">price", "sku", ">$", "id, >sku"]);
                phrase!(self.path(depth), format!("^({term})"))
            }
        }
    }

    fn leaf(&mut self) -> Phrase {
        match self.random.below(8) {
            0 | 1 => phrase!(self.random.pick(LITERALS)),
            2 | 3 => phrase!(self.random.pick(TEXTS)),
            _ => phrase!(self.random.pick(PATHS)),
        }
    }

    fn path(&mut self, depth: usize) -> Phrase {
        let head = self.random.pick(PATHS);
        match self.random.below(5) {
            0 => phrase!(head, "[", self.expression(depth), "]"),
            1 => phrase!(head, ".", self.filled(HELPERS, depth)),
            2 => phrase!(head, ".", self.members(depth)),
            _ => phrase!(head, self.random.pick(PREDICATES)),
        }
    }

    fn condition(&mut self, depth: usize) -> Phrase {
        let test = self.operation(depth);
        let then = self.expression(depth);
        match self.random.below(4) {
            0 => phrase!(test, " ? ", then),
            1 => phrase!("(", test, ") ?: ", then),
            _ => phrase!(test, " ? ", then, " : ", self.expression(depth)),
        }
    }

    fn operation(&mut self, depth: usize) -> Phrase {
        let operator = self.random.pick(&[
            "=", "==", "!=", "!==", "<", "<=", ">", ">=", "and", "or", "in", "&", "+",
            "-", "*", "/", "%",
        ]);
        let space = self.random.pick(&[" ", " ", " ", "\n"]);
        let left = self.expression(depth);
        phrase!(left, space, operator, " ", self.expression(depth))
    }

    fn members(&mut self, depth: usize) -> Phrase {
        let members = (0..self.random.below(4))
            .map(|_| {
                let key = self.random.pick(TEXTS);
                phrase!(key, ": ", self.expression(depth))
            })
            .collect();
        list("{", members, "}")
    }

    /// A template with its parts.
    fn filled(&mut self, templates: &[&str], depth: usize) -> Phrase {
        let template = self.random.pick(templates);
        let mut parts = Vec::new();
        for (number, text) in template.split(PART).enumerate() {
            if number > 0 {
                parts.push(self.expression(depth.min(1)));
            }
            parts.push(Phrase::from(text));
        }
        Phrase::Parts(parts)
    }
}
