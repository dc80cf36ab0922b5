//! Random expressions of what every implementation has: paths, predicates, operators,
//! constructors, common functions, over contexts of plain numbers and ASCII text.

use super::super::{Case, Phrase, Random, list};
use crate::phrase;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    Truth,
    List,
}

const DEPTH: usize = 3;

/// A random case.
pub(super) fn case(random: &mut Random) -> Case {
    let context = Some(record(random, 2));
    let mut author = Author { random, inside: false };
    let source = match author.random.below(5) {
        0 => author.record(DEPTH),
        1 => author.expression(Kind::Number, DEPTH),
        2 => author.expression(Kind::Text, DEPTH),
        3 => author.expression(Kind::Truth, DEPTH),
        _ => author.expression(Kind::List, DEPTH),
    };
    Case { source, context, profile: "jsonata" }
}

fn record(random: &mut Random, depth: usize) -> Phrase {
    let mut members = vec![
        phrase!("\"n\":", number(random)),
        phrase!("\"m\":", number(random)),
        phrase!("\"s\":", text(random)),
        phrase!("\"t\":", text(random)),
        phrase!("\"flag\":", random.pick(&["true", "false"])),
    ];
    let nums = (0..random.below(5)).map(|_| phrase!(number(random))).collect();
    members.push(phrase!("\"nums\":", list("[", nums, "]")));
    let texts = (0..random.below(4)).map(|_| phrase!(text(random))).collect();
    members.push(phrase!("\"texts\":", list("[", texts, "]")));
    if depth > 0 {
        let items = (0..random.below(4)).map(|_| record(random, depth - 1)).collect();
        members.push(phrase!("\"items\":", list("[", items, "]")));
        members.push(phrase!("\"o\":", record(random, 0)));
    }
    members.retain(|_| !random.one_in(10));
    list("{", members, "}")
}

fn number(random: &mut Random) -> &'static str {
    random.pick(&["0", "1", "2", "3", "-1", "7", "10", "1.5", "-2.25", "100", "0.5"])
}

fn text(random: &mut Random) -> &'static str {
    random.pick(&[
        "\"\"",
        "\"a\"",
        "\"b\"",
        "\"abc\"",
        "\"hello world\"",
        "\"a,b;c\"",
        "\"12\"",
    ])
}

struct Author<'r> {
    random: &'r mut Random,
    /// Whether `$v` is bound.
    inside: bool,
}

impl Author<'_> {
    fn expression(&mut self, kind: Kind, depth: usize) -> Phrase {
        if depth == 0 {
            return self.leaf(kind);
        }
        let depth = depth - 1;
        match self.random.below(10) {
            0 => {
                let condition = self.expression(Kind::Truth, depth);
                let (then, otherwise) =
                    (self.expression(kind, depth), self.expression(kind, depth));
                phrase!("(", condition, " ? ", then, " : ", otherwise, ")")
            }
            1 => {
                let any = self.any_kind();
                let value = self.expression(any, depth);
                phrase!("($w := ", value, "; ", self.expression(kind, depth), ")")
            }
            2 => self.leaf(kind),
            _ => match kind {
                Kind::Number => self.number(depth),
                Kind::Text => self.text(depth),
                Kind::Truth => self.truth(depth),
                Kind::List => self.list(depth),
            },
        }
    }

    fn any_kind(&mut self) -> Kind {
        match self.random.below(4) {
            0 => Kind::Number,
            1 => Kind::Text,
            2 => Kind::Truth,
            _ => Kind::List,
        }
    }

    fn leaf(&mut self, kind: Kind) -> Phrase {
        if self.inside && self.random.one_in(4) {
            return phrase!("$v");
        }
        let random = &mut *self.random;
        phrase!(match kind {
            Kind::Number if random.one_in(2) => number(random),
            Kind::Number =>
                random.pick(&["n", "m", "o.n", "nums[0]", "items[0].n", "none"]),
            Kind::Text if random.one_in(2) => text(random),
            Kind::Text =>
                random.pick(&["s", "t", "o.s", "texts[0]", "items[-1].t", "none"]),
            Kind::Truth => random.pick(&["true", "false", "flag", "o.flag"]),
            Kind::List =>
                random.pick(&["nums", "texts", "items.n", "items.nums", "[1, 2, 3]"]),
        })
    }

    fn number(&mut self, depth: usize) -> Phrase {
        let one = self.expression(Kind::Number, depth);
        match self.random.below(10) {
            0..=4 => {
                let operator = self.random.pick(&[" + ", " - ", " * ", " / ", " % "]);
                phrase!("(", one, operator, self.expression(Kind::Number, depth), ")")
            }
            5 => {
                let name = self.random.pick(&[
                    "$sum(",
                    "$max(",
                    "$min(",
                    "$average(",
                    "$count(",
                ]);
                phrase!(name, self.numbers(depth), ")")
            }
            6 => {
                phrase!(self.random.pick(&["$abs(", "$floor(", "$ceil(", "-("]), one, ")")
            }
            7 => phrase!("$length(", self.expression(Kind::Text, depth), ")"),
            8 => phrase!("$reduce(", self.numbers(depth), ", function($a, $b){$a + $b})"),
            _ => phrase!("$number($string(", one, "))"),
        }
    }

    fn numbers(&mut self, depth: usize) -> Phrase {
        match self.random.below(4) {
            0 => phrase!("nums"),
            1 => phrase!("items.n"),
            2 => phrase!("items.nums"),
            _ => {
                let items = (0..2 + self.random.below(3))
                    .map(|_| self.expression(Kind::Number, depth.min(1)));
                let items = items.collect();
                list("[", items, "]")
            }
        }
    }

    fn text(&mut self, depth: usize) -> Phrase {
        let one = self.expression(Kind::Text, depth);
        match self.random.below(9) {
            0..=2 => {
                let any = self.any_kind();
                phrase!("(", one, " & ", self.expression(any, depth), ")")
            }
            3 => phrase!(
                self.random.pick(&["$uppercase(", "$lowercase(", "$trim("]),
                one,
                ")"
            ),
            4 => phrase!(
                "$substring(",
                one,
                ", ",
                self.random.pick(&["0", "1", "2", "-2"]),
                self.random.pick(&["", ", 1", ", 2"]),
                ")"
            ),
            5 => phrase!("$join(texts, ", self.random.pick(&["\"-\"", "\"\""]), ")"),
            6 => phrase!(
                self.random.pick(&["$substringBefore(", "$substringAfter("]),
                one,
                ", ",
                self.random.pick(&["\"b\"", "\" \""]),
                ")"
            ),
            7 => phrase!("$string(", self.expression(Kind::Number, depth), ")"),
            _ => phrase!("$replace(", one, ", \"a\", \"x\")"),
        }
    }

    fn truth(&mut self, depth: usize) -> Phrase {
        match self.random.below(7) {
            0 | 1 => {
                let kind = if self.random.one_in(2) { Kind::Number } else { Kind::Text };
                let operator = self.random.pick(&[" < ", " <= ", " > ", " >= "]);
                let one = self.expression(kind, depth);
                phrase!("(", one, operator, self.expression(kind, depth), ")")
            }
            2 | 3 => {
                let (one, other) = (self.any_kind(), self.any_kind());
                let operator = self.random.pick(&[" = ", " != "]);
                let one = self.expression(one, depth);
                phrase!("(", one, operator, self.expression(other, depth), ")")
            }
            4 => {
                let operator = self.random.pick(&[" and ", " or "]);
                let one = self.expression(Kind::Truth, depth);
                phrase!("(", one, operator, self.expression(Kind::Truth, depth), ")")
            }
            5 => {
                let any = self.any_kind();
                let name = self.random.pick(&["$not(", "$exists(", "$boolean("]);
                phrase!(name, self.expression(any, depth), ")")
            }
            _ => {
                let any = self.any_kind();
                phrase!("(", self.expression(any, depth), " in ", self.list(depth), ")")
            }
        }
    }

    fn list(&mut self, depth: usize) -> Phrase {
        match self.random.below(10) {
            0 => self.path(depth),
            1 => phrase!(self.path(depth), "[]"),
            2 => phrase!("[1..", self.random.pick(&["3", "5", "$count(nums)"]), "]"),
            3 => phrase!(
                self.random.pick(&["$sort(", "$reverse(", "$distinct("]),
                self.numbers(depth),
                ")"
            ),
            4 => phrase!("$append(", self.path(depth), ", ", self.path(depth), ")"),
            5 | 6 => {
                let (name, kind) = match self.random.one_in(2) {
                    true => ("$map(", self.any_kind()),
                    false => ("$filter(", Kind::Truth),
                };
                let over = self.numbers(depth);
                let inside = core::mem::replace(&mut self.inside, true);
                let body = self.expression(kind, depth.min(1));
                self.inside = inside;
                phrase!(name, over, ", function($v){", body, "})")
            }
            7 => phrase!("items^(", self.random.pick(&["n", ">n", "s", "<s, n"]), ").n"),
            8 => phrase!("$split(", self.expression(Kind::Text, depth), ", \",\")"),
            _ => {
                let items = (0..self.random.below(4)).map(|_| {
                    let any = self.any_kind();
                    self.expression(any, depth.min(1))
                });
                let items = items.collect();
                list("[", items, "]")
            }
        }
    }

    fn path(&mut self, depth: usize) -> Phrase {
        let start =
            self.random.pick(&["items", "$.items", "$$.items", "o", "items[n > 1]"]);
        let predicate = match self.random.below(4) {
            0 => phrase!("[", self.expression(Kind::Truth, depth.min(1)), "]"),
            1 => phrase!(self.random.pick(&["[0]", "[-1]", "[1]"])),
            _ => phrase!(""),
        };
        let end = match self.random.below(8) {
            0 => phrase!(".(", self.expression(Kind::Number, depth.min(1)), ")"),
            1 => phrase!(".", self.record(depth.min(1))),
            2 => phrase!(".*"),
            3 => phrase!(""),
            _ => phrase!(
                ".",
                self.random.pick(&["n", "s", "nums", "flag", "texts", "none"])
            ),
        };
        phrase!(start, predicate, end)
    }

    fn record(&mut self, depth: usize) -> Phrase {
        let depth = depth.saturating_sub(1);
        if self.random.one_in(4) {
            let value = self.random.pick(&["$sum(n)", "n", "$count($)", "s"]);
            return phrase!(format!("items{{s: {value}}}"));
        }
        let names = ["\"a\": ", "\"b\": ", "\"c\": "];
        let members = names.iter().take(1 + self.random.below(3)).map(|&name| {
            let any = self.any_kind();
            phrase!(name, self.expression(any, depth))
        });
        let members = members.collect();
        list("{", members, "}")
    }
}
