//! Random regular expressions, and every function that takes one.

use super::super::Phrase;
use super::{Author, Kind};
use crate::phrase;

/// Patterns that match one thing.
const ATOMS: &[&str] = &[
    "a", "b", "c", "o", ".", "\\d", "\\w", "\\s", "\\W", "\\D", "\\S", "[a-c]", "[^a]",
    "[\\d_]", "(?:ab)", "(a|b)", "(\\w)", "(?<x>a)", "\\u0061", "\\x61", "é", "😀",
    "\\1", "[é😀]", "\\/", "[/]", "(b)?", "(a*)", "l", "[^]", "\\.", "[\\b]",
];
/// Patterns that match between characters.
const PLACES: &[&str] =
    &["^", "$", "\\b", "\\B", "(?=a)", "(?!a)", "(?<=a)", "(?<!b)", "(?=(\\w))"];
const QUANTIFIERS: &[&str] =
    &["*", "+", "?", "{2}", "{1,2}", "*?", "+?", "??", "{0,1}", "{2,}"];
const REPLACEMENTS: &[&str] = &[
    "\"\"", "\"-\"", "\"$0\"", "\"[$1]\"", "\"$2$1\"", "\"$$\"", "\"$12\"", "\"$\"",
    "\"$x\"", "\"$ 1\"",
];
/// Texts with something to find.
const SUBJECTS: &[&str] = &[
    "\"aab abc ABC 12\"",
    "\"banana\"",
    "\"a\\nb\\r\\nc\"",
    "\"é😀a\"",
    "\"x/y.z_9\"",
    "\"\"",
    "\"foo bar  baz\"",
    "\"\\ud83d a \\ude00\"",
    "\"İıſK\"",
];

impl Author<'_> {
    /// A regular expression.
    pub(super) fn regex(&mut self) -> String {
        let mut pattern = String::from("/");
        for _ in 0..1 + self.random.below(4) {
            match self.random.below(8) {
                0 => pattern.push_str(self.random.pick(PLACES)),
                1 if pattern.len() > 1 => pattern.push('|'),
                2 | 3 => {
                    pattern.push_str(self.random.pick(ATOMS));
                    pattern.push_str(self.random.pick(QUANTIFIERS));
                }
                _ => pattern.push_str(self.random.pick(ATOMS)),
            }
        }
        pattern + "/" + self.random.pick(&["", "", "", "i", "m", "im"])
    }

    fn subject(&mut self, depth: usize) -> Phrase {
        if self.random.one_in(3) {
            return self.expression(Kind::Text, depth);
        }
        phrase!(self.random.pick(SUBJECTS))
    }

    /// A search in a text.
    pub(super) fn search(&mut self, depth: usize) -> Phrase {
        let depth = depth.min(1);
        let (subject, regex) = (self.subject(depth), self.regex());
        let limit = self.random.pick(&["", "", ", 0", ", 1", ", 2"]);
        match self.random.below(9) {
            0 => phrase!("$match(", subject, format!(", {regex}{limit})")),
            1 => phrase!("$split(", subject, format!(", {regex}{limit})")),
            2 => phrase!("$contains(", subject, format!(", {regex})")),
            3 => {
                let by = self.random.pick(REPLACEMENTS);
                phrase!("$replace(", subject, format!(", {regex}, {by}{limit})"))
            }
            4 => {
                let body = self.random.pick(&[
                    "$m.match",
                    "$m.groups[0]",
                    "$string($m)",
                    "$m.(match & start & end)",
                    "$uppercase($m.match)",
                    "$string($m.index)",
                    "$m.start",
                ]);
                let by = format!("function($m){{{body}}}");
                phrase!("$replace(", subject, format!(", {regex}, {by}{limit})"))
            }
            5 => phrase!(format!("{regex}("), subject, ").(match & groups)"),
            6 => phrase!(format!("{regex}("), subject, ").next().(match & start)"),
            7 => phrase!(
                "$map($match(",
                subject,
                format!(", {regex}), function($m){{$m.index}})")
            ),
            _ => phrase!("$filter([", subject, format!(", \"a\", \"b1\"], {regex})")),
        }
    }
}
