//! Calls of built-in functions, by their signatures.

use super::super::{Phrase, list};
use super::picture::literal;
use super::vocabulary::{
    DATE_PICTURES, DATE_TEXTS, INTEGER_PICTURES, INTEGER_TEXTS, MOMENTS, NUMBER_PICTURES,
    REGEXES, SOURCES, ZONES,
};
use super::{Author, Kind};
use crate::phrase;
use std::sync::LazyLock;

/// A function as the generator sees it.
struct Function {
    name: &'static str,
    /// A letter of the signature language for each parameter, and whether it may be absent.
    parameters: Vec<(char, bool)>,
    gives: Kind,
}

/// The functions of the language, without those whose answers are random.
static FUNCTIONS: LazyLock<Functions> = LazyLock::new(|| {
    let mut functions = expr_core::functions()
        .filter(|entry| !entry.helper && entry.depends_on != "seed")
        .map(|entry| function(entry.name, entry.signature));
    let first = functions.next().unwrap_or_else(|| function("sum", "<a<n>:n>"));
    Functions { first, rest: functions.collect() }
});

/// At least one function.
struct Functions {
    first: Function,
    rest: Vec<Function>,
}

fn function(name: &'static str, signature: &str) -> Function {
    let inside = signature.trim_start_matches('<').trim_end_matches('>');
    let (takes, gives) = inside.split_once(':').unwrap_or((inside, "x"));
    let mut parameters: Vec<(char, bool)> = Vec::new();
    let mut depth = 0_usize;
    for letter in takes.chars() {
        match letter {
            '<' | '(' => {
                if letter == '(' && depth == 0 {
                    parameters.push(('p', false));
                }
                depth += 1;
            }
            '>' | ')' => depth -= 1,
            _ if depth > 0 => {}
            '?' | '-' | '+' => {
                if let Some(last) = parameters.last_mut() {
                    last.1 = true;
                }
            }
            letter => parameters.push((letter, false)),
        }
    }
    if name == "sort" || name == "lookup" {
        parameters.truncate(2);
    }
    let gives = match gives.chars().next() {
        Some('n') => Kind::Number,
        Some('s') => Kind::Text,
        Some('b') => Kind::Truth,
        Some('a') => Kind::List,
        Some('o') => Kind::Record,
        Some('f') => Kind::Function,
        _ => Kind::Any,
    };
    Function { name, parameters, gives }
}

impl Author<'_> {
    fn function_row(&mut self) -> &'static Function {
        let functions: &'static Functions = &FUNCTIONS;
        let index = self.random.below(functions.rest.len() + 1);
        functions.rest.get(index).unwrap_or(&functions.first)
    }

    /// The name of a function.
    pub(super) fn built_in_name(&mut self) -> Phrase {
        phrase!(format!("${}", self.function_row().name))
    }

    /// A call whose result is mostly of `kind`.
    pub(super) fn call_giving(&mut self, kind: Kind, depth: usize) -> Phrase {
        if self.random.one_in(8) {
            return self.higher_order(depth);
        }
        if self.random.one_in(16) {
            return self.call_of_function(depth);
        }
        let mut function = self.function_row();
        for _ in 0..12 {
            if kind == Kind::Any || function.gives == kind {
                break;
            }
            function = self.function_row();
        }
        let arguments = self.arguments(function, depth, false);
        phrase!(format!("${}", function.name), arguments)
    }

    fn call_of_function(&mut self, depth: usize) -> Phrase {
        let function = match self.random.below(3) {
            0 if !self.variables.is_empty() => phrase!(self.variable()),
            1 => phrase!("(", self.function(depth), ")"),
            _ => self.lambda(Kind::Any, depth),
        };
        let arguments = (0..self.random.below(3)).map(|_| self.item(depth)).collect();
        phrase!(function, list("(", arguments, ")"))
    }

    /// A function with some of its arguments.
    pub(super) fn partial(&mut self, depth: usize) -> Phrase {
        let function = self.function_row();
        let arguments = self.arguments(function, depth.min(1), true);
        phrase!(format!("${}", function.name), arguments)
    }

    fn arguments(&mut self, function: &Function, depth: usize, partial: bool) -> Phrase {
        let mut arguments = Vec::new();
        for (index, &(letter, optional)) in function.parameters.iter().enumerate() {
            if optional && self.random.one_in(2) {
                break;
            }
            if partial && self.random.one_in(2) {
                arguments.push(phrase!("?"));
                continue;
            }
            arguments.push(self.argument(function.name, index, letter, depth));
        }
        if self.random.one_in(24) {
            arguments.push(self.item(depth));
        } else if self.random.one_in(24) {
            arguments.pop();
        }
        list("(", arguments, ")")
    }

    fn argument(
        &mut self,
        name: &str,
        index: usize,
        letter: char,
        depth: usize,
    ) -> Phrase {
        match (name, index) {
            _ if self.random.one_in(3) => {}
            ("formatNumber", 1) => return phrase!(literal(&self.number_picture())),
            ("formatNumber", 2) => return self.number_format(),
            ("formatInteger" | "parseInteger", 1) => {
                return phrase!(literal(&self.integer_picture()));
            }
            ("fromMillis" | "toMillis", 1) => {
                return phrase!(literal(&self.date_picture()));
            }
            ("fromMillis", 0) => return phrase!(self.moment()),
            ("formatNumber" | "formatInteger" | "formatBase" | "round", 0) => {
                return phrase!(self.edge_number());
            }
            _ => {}
        }
        let words: &[&str] = match (name, index) {
            ("formatNumber", 1) => NUMBER_PICTURES,
            ("formatNumber", 2) => &[
                "{\"decimal-separator\":\",\",\"grouping-separator\":\".\"}",
                "{\"zero-digit\":\"٠\"}",
            ],
            ("formatInteger" | "parseInteger", 1) => INTEGER_PICTURES,
            ("parseInteger", 0) => INTEGER_TEXTS,
            ("now" | "millis", 0) | ("fromMillis" | "toMillis", 1) => DATE_PICTURES,
            ("now", 1) | ("fromMillis", 2) => ZONES,
            ("toMillis", 0) => DATE_TEXTS,
            ("fromMillis", 0) => MOMENTS,
            ("eval", 0) => SOURCES,
            ("formatBase", 1) => &["2", "16", "36", "37", "1", "10", "2.5"],
            // More would be a text that neither engine should build.
            ("pad", 1) => &["5", "-5", "0", "12", "1.5", "-1"],
            ("round", 1) => &["0", "1", "2", "-1", "-2", "3"],
            ("substring" | "split" | "match" | "replace", 2..) if letter == 'n' => {
                &["0", "1", "2", "3", "-1", "1.5"]
            }
            ("replace", 2) if self.random.one_in(2) => {
                &["\"[$0]\"", "\"$1$2\"", "\"$$\"", "\"\"", "\"$12\"", "\"$\"", "\"-\""]
            }
            _ => &[],
        };
        if !words.is_empty() && !self.random.one_in(6) {
            return phrase!(self.random.pick(words));
        }
        match letter {
            'n' => self.expression(Kind::Number, depth),
            's' => self.expression(Kind::Text, depth),
            'b' => self.expression(Kind::Truth, depth),
            'a' => self.expression(Kind::List, depth),
            'o' => self.expression(Kind::Record, depth),
            'f' => self.function(depth),
            // A text or a pattern, where it is not a function that makes the replacement.
            'p' if index == 2 => self.lambda(Kind::Text, depth),
            'p' if self.random.one_in(3) => phrase!(self.random.pick(REGEXES)),
            'p' if self.random.one_in(2) => phrase!(self.regex()),
            'p' => self.expression(Kind::Text, depth),
            _ => self.item(depth),
        }
    }

    /// A function over a list, with a lambda of fitting parameters.
    pub(super) fn higher_order(&mut self, depth: usize) -> Phrase {
        let (name, parameters, gives, over) = match self.random.below(9) {
            0 => ("filter", "$v", Kind::Truth, Kind::List),
            1 => ("single", "$v", Kind::Truth, Kind::List),
            2 => ("reduce", "$acc, $v", Kind::Any, Kind::List),
            3 => ("sort", "$x, $y", Kind::Truth, Kind::List),
            4 => ("each", "$v, $x", Kind::Any, Kind::Record),
            5 => ("sift", "$v, $x, $y", Kind::Truth, Kind::Record),
            6 => ("map", "$v, $x, $y", Kind::Any, Kind::List),
            7 => ("zip", "", Kind::Any, Kind::List),
            _ => ("map", "$v", Kind::Any, Kind::List),
        };
        let subject = self.expression(over, depth);
        if name == "zip" {
            return phrase!("$zip(", subject, phrase!(", ", self.list(depth)), ")");
        }
        let bound = self.variables.len();
        self.variables
            .extend(["v", "x", "y", "acc"].iter().filter(|it| parameters.contains(**it)));
        let body = self.expression(gives, depth);
        self.variables.truncate(bound);
        let function = phrase!(format!("function({parameters}){{"), body, "}");
        match (name, self.random.below(4)) {
            ("reduce", 0) => {
                let start = self.item(depth);
                phrase!("$reduce(", subject, ", ", function, ", ", start, ")")
            }
            _ => phrase!(format!("${name}("), subject, ", ", function, ")"),
        }
    }
}
