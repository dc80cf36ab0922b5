//! Random expressions of plain JSONata: every construct, mostly of fitting kinds.
//!
//! Random text dies in the parser and random trees in the first type check, so most
//! sub-expressions are of the kind that their place asks for.

mod call;
mod context;
mod idiom;
mod path;
mod pattern;
mod picture;
mod vocabulary;

use super::{Case, Phrase, Random, list};
use crate::phrase;
use vocabulary::{DAMAGE, NUMBER_LITERALS, TEXT_LITERALS};

/// What a sub-expression mostly gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Any,
    Number,
    Text,
    Truth,
    List,
    Record,
    Function,
}

/// How deep expressions nest.
const DEPTH: usize = 4;
/// Names that variables get.
const VARIABLES: [&str; 4] = ["x", "y", "v", "acc"];

/// A random case.
pub(super) fn case(random: &mut Random) -> Case {
    let context = context::context(random);
    let mut author = Author { random, variables: Vec::new() };
    let mut source = match author.any_kind() {
        // A result that is a function is refused, which compares nothing.
        Kind::Function | Kind::Record => author.idiom(DEPTH),
        _ if author.random.one_in(4) => author.idiom(DEPTH),
        kind => author.expression(kind, DEPTH),
    };
    if author.random.one_in(16) {
        source = phrase!(respaced(&source.to_string(), author.random));
    }
    if random.one_in(16) {
        source = phrase!(damaged(&source.to_string(), random));
    }
    Case { source, context, profile: "jsonata" }
}

/// A source with something inserted, or a character missing.
fn damaged(source: &str, random: &mut Random) -> String {
    let mut characters: Vec<char> = source.chars().collect();
    let at = random.below(characters.len() + 1);
    if at < characters.len() && random.one_in(2) {
        characters.remove(at);
    } else {
        characters.splice(at..at, random.pick(DAMAGE).chars());
    }
    characters.into_iter().collect()
}

/// A source with other spaces and comments between its words.
fn respaced(source: &str, random: &mut Random) -> String {
    let spaces = ["  ", "\n", "\t", " /* c */ ", "\r\n", " /*/ * */", " ", " "];
    source.split(' ').fold(String::new(), |text, word| match text.as_str() {
        "" => word.to_owned(),
        _ => text + random.pick(&spaces) + word,
    })
}

/// Writes expressions, and knows which variables are bound.
struct Author<'r> {
    random: &'r mut Random,
    variables: Vec<&'static str>,
}

impl Author<'_> {
    fn any_kind(&mut self) -> Kind {
        use Kind::{Any, Function, List, Number, Record, Text, Truth};
        let kinds = [
            Any, Any, Any, Number, Number, Text, Text, Truth, List, List, Record,
            Function,
        ];
        kinds.get(self.random.below(kinds.len())).copied().unwrap_or(Any)
    }

    /// An expression that mostly gives `kind`.
    fn expression(&mut self, kind: Kind, depth: usize) -> Phrase {
        let kind = if self.random.one_in(12) { self.any_kind() } else { kind };
        if depth == 0 {
            return self.leaf(kind);
        }
        let depth = depth - 1;
        match self.random.below(21) {
            20 => self.idiom(depth),
            0 => self.condition(kind, depth),
            1 => self.block(kind, depth),
            2 => phrase!("(", self.expression(kind, depth), ")"),
            3 => self.chain(kind, depth),
            4 | 5 => self.path(depth),
            6..=9 => self.call_giving(kind, depth),
            10 => self.leaf(kind),
            _ => self.of_kind(kind, depth),
        }
    }

    fn of_kind(&mut self, kind: Kind, depth: usize) -> Phrase {
        match kind {
            Kind::Any => self.path(depth),
            Kind::Number => self.number(depth),
            Kind::Text => self.binary(Kind::Any, &["&"], depth),
            Kind::Truth => self.truth(depth),
            Kind::List => self.list(depth),
            Kind::Record => self.record(depth),
            Kind::Function => self.function(depth),
        }
    }

    fn leaf(&mut self, kind: Kind) -> Phrase {
        if self.random.one_in(6) && !self.variables.is_empty() {
            return phrase!(self.variable());
        }
        match kind {
            Kind::Any => match self.random.below(8) {
                0 => phrase!("null"),
                1 => phrase!(self.random.pick(&["$", "$$"])),
                _ => self.field(),
            },
            Kind::Number if self.random.one_in(8) => phrase!(self.edge_number()),
            Kind::Number if self.random.one_in(2) => {
                phrase!(self.random.pick(NUMBER_LITERALS))
            }
            Kind::Text if self.random.one_in(2) => {
                phrase!(self.random.pick(TEXT_LITERALS))
            }
            Kind::Truth => phrase!(self.random.pick(&["true", "false", "flag"])),
            Kind::List if self.random.one_in(2) => {
                phrase!(self.random.pick(&[
                    "[1..3]",
                    "[]",
                    "[1,2,3]",
                    "[\"b\",\"a\"]",
                    "[3,1,2]",
                    "[[1,2],[3]]",
                    "[null]",
                    "[{\"n\":1},{\"n\":2,\"s\":\"x\"}]",
                    "[\"a\",1,true]"
                ]))
            }
            Kind::Record if self.random.one_in(2) => {
                phrase!(self.random.pick(&[
                    "{}",
                    "{\"a\":1}",
                    "{\"n\":2,\"s\":\"x\"}",
                    "{\"2\":1,\"1\":2,\"b\":3}"
                ]))
            }
            Kind::Function => self.built_in_name(),
            _ => self.field_of(kind),
        }
    }

    fn variable(&mut self) -> String {
        let bound = self.random.below(self.variables.len());
        format!("${}", self.variables.get(bound).copied().unwrap_or("x"))
    }

    fn number(&mut self, depth: usize) -> Phrase {
        match self.random.below(6) {
            0 => phrase!("-", self.operand(Kind::Number, depth)),
            _ => self.binary(Kind::Number, &["+", "-", "*", "/", "%"], depth),
        }
    }

    fn truth(&mut self, depth: usize) -> Phrase {
        match self.random.below(6) {
            0 | 1 => {
                let kind = if self.random.one_in(2) { Kind::Number } else { Kind::Text };
                self.binary(kind, &["<", "<=", ">", ">="], depth)
            }
            2 => self.binary(Kind::Any, &["=", "!="], depth),
            3 => {
                let (lhs, rhs) = (self.operand(Kind::Any, depth), self.list(depth));
                phrase!(lhs, " in ", rhs)
            }
            _ => self.binary(Kind::Truth, &["and", "or"], depth),
        }
    }

    fn binary(&mut self, kind: Kind, operators: &[&str], depth: usize) -> Phrase {
        let operator = self.random.pick(operators);
        let (lhs, rhs) = (self.operand(kind, depth), self.operand(kind, depth));
        phrase!(lhs, format!(" {operator} "), rhs)
    }

    /// Sometimes bare, so that binding powers are tried.
    fn operand(&mut self, kind: Kind, depth: usize) -> Phrase {
        let operand = self.expression(kind, depth);
        if self.random.one_in(3) { operand } else { phrase!("(", operand, ")") }
    }

    fn condition(&mut self, kind: Kind, depth: usize) -> Phrase {
        match self.random.below(4) {
            0 => {
                let (lhs, rhs) =
                    (self.operand(kind, depth), self.expression(kind, depth));
                phrase!(lhs, " ?: ", rhs)
            }
            1 => {
                let (lhs, rhs) =
                    (self.operand(kind, depth), self.expression(kind, depth));
                phrase!(lhs, " ?? ", rhs)
            }
            form => {
                let condition = self.operand(Kind::Truth, depth);
                let then = self.expression(kind, depth);
                let otherwise = match form {
                    2 => phrase!(""),
                    _ => phrase!(" : ", self.expression(kind, depth)),
                };
                phrase!(condition, " ? ", then, otherwise)
            }
        }
    }

    fn block(&mut self, kind: Kind, depth: usize) -> Phrase {
        let bound = self.variables.len();
        let mut parts = vec![Phrase::from("(")];
        for _ in 0..self.random.below(3) {
            let name = self.new_variable();
            let any = self.any_kind();
            let value = self.expression(any, depth);
            parts.push(phrase!(format!("${name} := "), value, "; "));
            self.variables.push(name);
        }
        parts.push(self.expression(kind, depth));
        parts.push(Phrase::from(self.random.pick(&[")", ")", ")", ";)"])));
        self.variables.truncate(bound);
        Phrase::Parts(parts)
    }

    fn new_variable(&mut self) -> &'static str {
        VARIABLES.get(self.random.below(VARIABLES.len())).copied().unwrap_or("x")
    }

    fn chain(&mut self, kind: Kind, depth: usize) -> Phrase {
        let lhs = self.operand(Kind::Any, depth);
        let rhs = match self.random.below(3) {
            0 => self.call_giving(kind, depth),
            _ => self.function(depth),
        };
        phrase!(lhs, " ~> ", rhs)
    }

    fn list(&mut self, depth: usize) -> Phrase {
        match self.random.below(8) {
            0 => {
                let (from, to) = (
                    self.expression(Kind::Number, depth),
                    self.expression(Kind::Number, depth),
                );
                phrase!("[", from, "..", to, "]")
            }
            1 => phrase!("[1..", self.random.pick(&["3", "5", "0", "$count($)"]), "]"),
            2 => self.sorted(depth),
            3 => self.higher_order(depth),
            4 => phrase!(self.path(depth), "[]"),
            _ => {
                let items = (0..self.random.below(4)).map(|_| self.item(depth)).collect();
                list("[", items, "]")
            }
        }
    }

    fn item(&mut self, depth: usize) -> Phrase {
        let kind = self.any_kind();
        self.expression(kind, depth)
    }

    fn record(&mut self, depth: usize) -> Phrase {
        match self.random.below(6) {
            0 => phrase!(self.path(depth), self.members(depth)),
            1 => {
                let pattern = self.path(depth.min(1));
                let update = self.record(depth.saturating_sub(1));
                let delete = match self.random.below(3) {
                    0 => phrase!(
                        ", ",
                        self.random.pick(&["\"n\"", "[\"n\",\"s\"]", "1", "t"])
                    ),
                    _ => phrase!(""),
                };
                let subject = self.random.pick(&["$", "o", "items", "$$"]);
                phrase!(subject, " ~> |", pattern, "|", update, delete, "|")
            }
            _ => self.members(depth),
        }
    }

    fn members(&mut self, depth: usize) -> Phrase {
        let members = (0..self.random.below(4))
            .map(|_| {
                let key = match self.random.below(5) {
                    0 => self.expression(Kind::Text, depth.min(1)),
                    1 => self.field_of(Kind::Text),
                    2 => phrase!(self.random.pick(&["\"2\"", "\"10\"", "\"a\"", "\"\""])),
                    _ => phrase!(self.random.pick(&["\"k\"", "\"l\"", "\"n\"", "\"é\""])),
                };
                let value = self.item(depth);
                phrase!(key, ": ", value)
            })
            .collect();
        list("{", members, "}")
    }

    fn function(&mut self, depth: usize) -> Phrase {
        match self.random.below(9) {
            0 | 1 => self.built_in_name(),
            2 => self.partial(depth),
            3 => {
                let (first, second) = (self.function(0), self.function(0));
                phrase!("(", first, " ~> ", second, ")")
            }
            4 => phrase!(self.regex()),
            5 => {
                let update = self.record(0);
                phrase!("|", self.field(), "|", update, "|")
            }
            _ => {
                let any = self.any_kind();
                self.lambda(any, depth)
            }
        }
    }

    fn lambda(&mut self, kind: Kind, depth: usize) -> Phrase {
        let bound = self.variables.len();
        let word = self.random.pick(&["function", "function", "λ"]);
        let parameters: Vec<&str> =
            (0..self.random.below(4)).map(|_| self.new_variable()).collect();
        self.variables.extend(parameters.iter().copied());
        let names: Vec<String> =
            parameters.iter().map(|name| format!("${name}")).collect();
        let signature = match self.random.below(6) {
            0 => self.random.pick(&[
                "<n>",
                "<s:s>",
                "<x-:x>",
                "<a<n>:n>",
                "<n?:n>",
                "<nn:n>",
                "<(ns):x>",
                "<f>",
                "<j-s?:b>",
                "<a>",
                "<o:o>",
                "<s+>",
                "<q>",
                "<n<s>>",
                "<x+:x>",
                "<a<s>n?:x>",
            ]),
            _ => "",
        };
        let body = self.expression(kind, depth);
        self.variables.truncate(bound);
        phrase!(format!("{word}({}){signature}{{", names.join(", ")), body, "}")
    }
}
