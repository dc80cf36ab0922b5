//! Forms that random parts seldom make up: joins, parents, groups, recursion, transforms.

use super::super::{Phrase, list};
use super::picture::literal;
use super::{Author, Kind};
use crate::phrase;

const LISTS: &[&str] =
    &["items", "rows", "items.rows", "rows.items", "nums", "$", "o.items"];
const NAMES: &[&str] = &["n", "m", "s", "t", "flag", "nums", "texts", "$", "p", "o"];
/// Keys that are members of every object in JavaScript, or have an order of their own.
const KEYS: &[&str] = &[
    "__proto__",
    "constructor",
    "length",
    "toString",
    "hasOwnProperty",
    "1",
    "0",
    "-1",
    "01",
    "4294967294",
    "4294967295",
    "sequence",
    "keepSingleton",
    "cons",
    "a",
    "valueOf",
    "@",
    "",
];

/// Letters of signatures, and what they mostly take.
const LETTERS: [(&str, Kind); 18] = [
    ("n", Kind::Number),
    ("s", Kind::Text),
    ("b", Kind::Truth),
    ("a", Kind::List),
    ("o", Kind::Record),
    ("f", Kind::Function),
    ("j", Kind::Any),
    ("x", Kind::Any),
    ("l", Kind::Any),
    ("u", Kind::Any),
    ("(ns)", Kind::Text),
    ("(sao)", Kind::Record),
    ("a<n>", Kind::List),
    ("a<s>", Kind::Text),
    ("a<a<n>>", Kind::List),
    ("f<n:n>", Kind::Function),
    ("a<x>", Kind::List),
    ("(nf)", Kind::Number),
];

impl Author<'_> {
    /// A form that is made on purpose.
    pub(super) fn idiom(&mut self, depth: usize) -> Phrase {
        let depth = depth.min(2);
        match self.random.below(16) {
            0 => self.join(depth),
            1 | 2 => self.parents(depth),
            3 | 4 => self.grouped(depth),
            5 => self.recursion(depth),
            6 | 7 => self.transform(depth),
            8 => self.composed(depth),
            9 => self.evaluated(depth),
            10 => self.signed(depth),
            11 => self.keyed(depth),
            12 => self.ordered(depth),
            13 => self.round_trip(depth),
            14 => phrase!(self.edge_number()),
            _ => self.search(depth),
        }
    }

    fn name(&mut self) -> &'static str {
        self.random.pick(NAMES)
    }

    fn join(&mut self, depth: usize) -> Phrase {
        let bound = self.variables.len();
        let mut parts = vec![phrase!(self.random.pick(LISTS), "@$x")];
        self.variables.push("x");
        if self.random.one_in(2) {
            parts.push(phrase!("#$i"));
        }
        if self.random.one_in(3) {
            parts.push(phrase!(".", self.random.pick(LISTS), "@$y"));
        } else {
            parts.push(phrase!(".$$.", self.random.pick(LISTS), "@$y"));
        }
        self.variables.push("y");
        if self.random.one_in(2) {
            let (left, right) = (self.name(), self.name());
            parts.push(phrase!(format!("[$x.{left} = $y.{right}]")));
        }
        if self.random.one_in(4) {
            parts.push(phrase!(self.random.pick(&["[0]", "#$v", "[-1]", "^(>$y.n)"])));
        }
        if self.random.one_in(2) {
            parts.push(phrase!(
                ".{\"x\": $x.",
                self.name(),
                ", \"y\": ",
                self.expression(Kind::Any, depth.min(1)),
                ", \"i\": $i}"
            ));
        } else {
            parts.push(phrase!("{", format!("$string($x.{}): ", self.name())));
            parts.push(phrase!(self.item(depth.min(1)), "}"));
        }
        self.variables.truncate(bound);
        Phrase::Parts(parts)
    }

    fn parents(&mut self, depth: usize) -> Phrase {
        let (outer, inner) = (self.random.pick(LISTS), self.random.pick(LISTS));
        let up = self.random.pick(&["%", "%.%", "%", "%.%.%"]);
        let (name, other) = (self.name(), self.name());
        let start = format!("{outer}.{inner}");
        match self.random.below(10) {
            0 => phrase!(start, format!(".{{\"a\": {name}, \"b\": {up}.{other}}}")),
            1 => phrase!(start, format!(".({up}.{name})")),
            2 => phrase!(start, format!("[{up}.{name} = {other}]"), self.tail(depth)),
            3 => phrase!(start, format!("^({up}.{name}, >{other})"), self.tail(depth)),
            4 => phrase!(start, format!("{{$string({up}.{name}): {other}}}")),
            5 => phrase!(start, format!(".{name}.{up}"), self.tail(depth)),
            6 => phrase!(start, format!("#$v[{up}.{name}].[$v, {other}, {up}]")),
            7 => phrase!(format!("**.{name}.{up}"), self.tail(depth)),
            8 => {
                phrase!(
                    format!("{outer}[{inner}.({name} = {up}.{other})]"),
                    self.tail(depth)
                )
            }
            _ => phrase!(
                start,
                format!(".$map([{name}], function($v){{$v & "),
                up,
                format!(".{other}}})")
            ),
        }
    }

    fn tail(&mut self, depth: usize) -> Phrase {
        match self.random.below(6) {
            0 => phrase!("[0]"),
            1 => phrase!("[]"),
            2 => phrase!(".", self.field()),
            3 => phrase!(".", self.members(depth.min(1))),
            4 => phrase!(".%.", self.name()),
            _ => phrase!(""),
        }
    }

    fn grouped(&mut self, depth: usize) -> Phrase {
        let over = self.random.pick(LISTS);
        let key = match self.random.below(4) {
            0 => phrase!(self.random.pick(&["s", "t", "\"k\"", "\"10\""])),
            1 => phrase!("$string(", self.name(), ")"),
            2 => phrase!("$type(", self.name(), ")"),
            _ => self.expression(Kind::Text, depth.min(1)),
        };
        let value = match self.random.below(4) {
            0 => phrase!("$"),
            1 => phrase!("$sum(n)"),
            2 => phrase!("$count($)"),
            _ => self.item(depth.min(1)),
        };
        let second = match self.random.one_in(4) {
            true => phrase!(", $string(m): ", self.name()),
            false => phrase!(""),
        };
        let middle = self.random.pick(&["", "", "[n]", "#$i", "^(n)", "@$v", "[]", ".$"]);
        let end =
            self.random.pick(&["", "", ".*", ".k", " ~> $keys()", " ~> $each($string)"]);
        phrase!(over, middle, "{", key, ": ", value, second, "}", end)
    }

    fn recursion(&mut self, depth: usize) -> Phrase {
        let count = self.random.pick(&["0", "1", "5", "12", "n", "-1"]);
        match self.random.below(4) {
            0 => phrase!(
                "($f := function($n){$n <= 1 ? ",
                self.expression(Kind::Number, depth.min(1)),
                format!(" : $n * $f($n - 1)}}; $f({count}))")
            ),
            1 => phrase!(
                "($f := function($n, $acc){$n <= 0 ? $acc : $f($n - 1, ",
                self.random.pick(&[
                    "[$acc, $n]",
                    "$append($acc, $n)",
                    "$acc & $n",
                    "{\"a\": $acc}"
                ]),
                format!(")}}; $f({count}, "),
                self.expression(Kind::Any, 0),
                "))"
            ),
            2 => phrase!(
                "($f := function($v){$type($v) = \"object\" ? $each($v, function($u, $k)\
                 {{$k: $f($u)}}) : $type($v) = \"array\" ? $map($v, $f) : ",
                self.random.pick(&[
                    "$v",
                    "$string($v)",
                    "[$v]",
                    "$type($v)",
                    "undefined"
                ]),
                "}; $f(",
                self.expression(Kind::Any, depth.min(1)),
                "))"
            ),
            _ => phrase!(format!(
                "($e := function($n){{$n = 0 ? true : $o($n - 1)}}; \
                 $o := function($n){{$n = 0 ? false : $e($n - 1)}}; $e({count}))"
            )),
        }
    }

    fn transform(&mut self, depth: usize) -> Phrase {
        let subject =
            self.random.pick(&["$", "items", "o", "$$", "[o, items]", "rows[0]"]);
        let mut parts = vec![phrase!(subject)];
        for _ in 0..1 + self.random.below(2) {
            let pattern = match self.random.below(5) {
                0 => phrase!(self.random.pick(&[
                    "items",
                    "o",
                    "rows.items",
                    "**[n]",
                    "*",
                    "$"
                ])),
                1 => phrase!(self.random.pick(LISTS), self.predicate(depth.min(1))),
                2 => phrase!(self.random.pick(LISTS), "^(n)"),
                3 => phrase!("**.", self.field()),
                _ => self.path(depth.min(1)),
            };
            let update = match self.random.below(4) {
                0 => phrase!("{}"),
                1 => phrase!("{\"n\": ", self.item(depth.min(1)), "}"),
                2 => phrase!("{\"o\": $, \"s\": n & s}"),
                _ => self.members(depth.min(1)),
            };
            let delete = match self.random.below(3) {
                0 => phrase!(
                    ", ",
                    self.random.pick(&["\"n\"", "[\"s\", \"n\"]", "[]", "s"])
                ),
                _ => phrase!(""),
            };
            parts.push(phrase!(" ~> |", pattern, "|", update, delete, "|"));
        }
        Phrase::Parts(parts)
    }

    fn composed(&mut self, depth: usize) -> Phrase {
        let chain = (0..1 + self.random.below(3)).map(|_| match self.random.below(4) {
            0 => self.partial(0),
            1 => self.lambda(Kind::Any, depth.min(1)),
            _ => self.built_in_name(),
        });
        let chain: Vec<Phrase> = chain.map(|step| phrase!(" ~> ", step)).collect();
        let first = self.built_in_name();
        let argument = self.item(depth.min(1));
        match self.random.below(3) {
            0 => phrase!("($f := ", first, Phrase::Parts(chain), "; $f(", argument, "))"),
            1 => {
                let over = self.expression(Kind::List, depth.min(1));
                phrase!("$map(", over, ", ", first, Phrase::Parts(chain), ")")
            }
            _ => phrase!(
                "($f := function($x, $y){",
                self.item(depth.min(1)),
                "}; $g := $f(?, ",
                argument,
                "); ",
                self.random.pick(&["$g(1)", "$map([1, 2], $g)", "[1] ~> $g", "$g($f)"]),
                ")"
            ),
        }
    }

    fn evaluated(&mut self, depth: usize) -> Phrase {
        let any = self.any_kind();
        let source = literal(&self.expression(any, depth).to_string());
        match self.random.below(3) {
            0 => phrase!(format!("$eval({source}, "), self.item(0), ")"),
            1 => phrase!(
                self.random.pick(&["items", "o", "$"]),
                format!(".$eval({source})")
            ),
            _ => phrase!(format!("$eval({source})")),
        }
    }

    /// A function with a signature, called with what mostly fits.
    fn signed(&mut self, depth: usize) -> Phrase {
        let (mut signature, mut arguments) = (String::new(), Vec::new());
        let count = 1 + self.random.below(3);
        for _ in 0..count {
            let letter = LETTERS.get(self.random.below(LETTERS.len()));
            let (letters, kind) = letter.copied().unwrap_or(("x", Kind::Any));
            // A letter that is none leaves what follows it to the parameter before.
            let letters =
                if letters == "u" && signature.is_empty() { "x" } else { letters };
            signature.push_str(letters);
            let often = self.random.pick(&["", "", "", "", "?", "-", "+", "?-", "-?"]);
            signature.push_str(often);
            let given = if often.contains(['?', '-']) { self.random.below(2) } else { 1 };
            for _ in 0..given + usize::from(often == "+" && self.random.one_in(2)) {
                let kind = if self.random.one_in(12) { Kind::Any } else { kind };
                arguments.push(self.leaf(kind));
            }
        }
        if self.random.one_in(12) {
            arguments.pop();
        }
        let result = self.random.pick(&["", ":n", ":x", ":a<s>", ":", ":s"]);
        let names = ["$x", "$y", "$v"].get(..count).unwrap_or_default().join(", ");
        let body =
            self.random.pick(&["[$x, $y, $v]", "$x", "$string($x) & $y", "$count($x)"]);
        let before = match self.random.below(3) {
            0 => phrase!(self.path(depth.min(1)), "."),
            _ => phrase!(""),
        };
        phrase!(
            before,
            format!("(function({names})<{signature}{result}>{{{body}}})"),
            list("(", arguments, ")")
        )
    }

    /// Objects whose keys mean something to JavaScript.
    fn keyed(&mut self, depth: usize) -> Phrase {
        let mut members = Vec::new();
        for _ in 0..1 + self.random.below(3) {
            let key = literal(self.random.pick(KEYS));
            members.push(phrase!(key, ": ", self.item(depth.min(1))));
        }
        let object = list("{", members, "}");
        let key = self.random.pick(KEYS);
        match self.random.below(10) {
            0 => phrase!(object, format!(".`{key}`")),
            1 => phrase!("$lookup(", object, format!(", {})", literal(key))),
            2 => phrase!("$keys(", object, ")"),
            3 => phrase!("$merge([$, ", object, "])"),
            4 => phrase!("$spread(", object, ")"),
            5 => phrase!("$each(", object, ", function($v, $k){$k & $type($v)})"),
            6 => phrase!("$sift(", object, ", function($v, $k){$k != \"a\"})"),
            7 => phrase!("$string(", object, format!(") & `{key}`")),
            8 => phrase!(object, " = ", "$ ~> |$|", "{}", "|"),
            _ => phrase!("[", object, format!("].{{{}: $}}", literal(key))),
        }
    }

    fn ordered(&mut self, depth: usize) -> Phrase {
        let over = self.random.pick(LISTS);
        let (name, other) = (self.name(), self.name());
        match self.random.below(4) {
            0 => phrase!(format!(
                "$sort({over}, function($l, $r){{$l.{name} > $r.{name}}}).{other}"
            )),
            1 => phrase!(format!("$sort({over}.{name})")),
            2 => phrase!(format!("{over}^(>{name}, <{other})"), self.tail(depth)),
            _ => {
                phrase!(format!("{over}#$i^({name}).[$i, "), self.item(depth.min(1)), "]")
            }
        }
    }
}
