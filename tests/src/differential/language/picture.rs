//! Random pictures of numbers and dates, and numbers at the edges of what a double holds.

use super::super::Phrase;
use super::{Author, Kind};
use crate::json::Json;
use crate::phrase;

/// A text as a literal of the language.
pub(super) fn literal(text: &str) -> String {
    Json::text(text).to_canonical()
}

impl Author<'_> {
    /// So many of the words, one after the other.
    fn words(&mut self, words: &[&str], least: usize, most: usize) -> String {
        let count = least + self.random.below(most - least + 1);
        (0..count).map(|_| self.random.pick(words)).collect()
    }

    /// What stands beside a picture, mostly nothing.
    fn affix(&mut self) -> &'static str {
        if self.random.one_in(4) { self.random.pick(AFFIXES) } else { "" }
    }

    /// A picture for `$formatNumber`.
    pub(super) fn number_picture(&mut self) -> String {
        let one = self.sub_picture();
        if self.random.one_in(5) { format!("{one};{}", self.sub_picture()) } else { one }
    }

    fn sub_picture(&mut self) -> String {
        let prefix = self.affix();
        let whole = match self.random.below(4) {
            0 => self.words(&["#", "0", ",", "#,"], 0, 6),
            1 => format!("#,##{}", self.words(&["0"], 1, 3)),
            2 => self.words(&["#"], 0, 3) + &self.words(&["0"], 0, 4),
            _ => "#0".to_owned(),
        };
        let fraction = match self.random.below(4) {
            0 => format!(".{}", self.words(&["0", "#", ","], 0, 5)),
            1 => format!(".{}{}", self.words(&["0"], 0, 3), self.words(&["#"], 0, 3)),
            _ => String::new(),
        };
        let exponent = match self.random.one_in(8) {
            true => format!("e{}", self.words(&["0", "0", "#"], 0, 3)),
            false => String::new(),
        };
        let suffix = self.affix();
        format!("{prefix}{whole}{fraction}{exponent}{suffix}")
    }

    /// What `$formatNumber` takes besides.
    pub(super) fn number_format(&mut self) -> Phrase {
        let members = [
            ("decimal-separator", &[",", ".", "·", "", "::"][..]),
            ("grouping-separator", &[".", " ", ",", "'"]),
            ("exponent-separator", &["E", "e", "x"]),
            ("zero-digit", &["٠", "0", "０", "a"]),
            ("percent", &["%", "pc"]),
            ("per-mille", &["‰", "pm"]),
            ("minus-sign", &["-", "−"]),
            ("digit", &["#", "d"]),
            ("pattern-separator", &[";", "|"]),
            ("infinity", &["inf"]),
            ("NaN", &["nan"]),
        ];
        let mut chosen = Vec::new();
        for (name, values) in members {
            if self.random.one_in(4) {
                let value = literal(self.random.pick(values));
                chosen.push(phrase!(format!("\"{name}\": {value}")));
            }
        }
        super::super::list("{", chosen, "}")
    }

    /// A picture for `$formatInteger` and `$parseInteger`.
    pub(super) fn integer_picture(&mut self) -> String {
        let primary = match self.random.below(3) {
            0 => self.words(&["#", "0", ",", ":", "1", "9"], 1, 6),
            1 => self.words(&["٠", "#", ".", "０"], 1, 4),
            _ => self
                .random
                .pick(&["w", "W", "Ww", "I", "i", "A", "a", "1", "01", "#,##0", "Ｗ"])
                .to_owned(),
        };
        let modifier = self.random.pick(&["", "", ";o", ";c", ";o(-er)", ";t", ";"]);
        format!("{primary}{modifier}")
    }

    /// A picture for `$fromMillis` and `$toMillis`.
    pub(super) fn date_picture(&mut self) -> String {
        if self.random.one_in(4) {
            return self.random.pick(COMMON_DATES).to_owned();
        }
        let mut picture = String::new();
        for _ in 0..1 + self.random.below(4) {
            picture.push_str(&self.words(
                &["", "", "-", " ", ":", "/", "T", "[[", "]]"],
                1,
                1,
            ));
            let letter = self.random.pick(&[
                "Y", "M", "D", "d", "F", "W", "w", "X", "x", "H", "h", "P", "m", "s",
                "f", "Z", "z", "C", "E", "q",
            ]);
            let presentation = self.random.pick(&[
                "", "", "", "0", "01", "0001", "1", "001", "#0", "9,999", "N", "n", "Nn",
                "I", "i", "w", "W", "Ww", "A", "a", "0101", "01:01", "٠",
            ]);
            let ordinal = self.random.pick(&["", "", "", "", "o", "t", "c"]);
            let width = self
                .random
                .pick(&["", "", "", ",2", ",2-2", ",*-3", ",3-*", ",4", ",1-1", ",x"]);
            picture.push_str(&format!("[{letter}{presentation}{ordinal}{width}]"));
        }
        picture.push_str(self.affix());
        picture
    }

    /// Milliseconds as a literal, most of them in this century.
    pub(super) fn moment(&mut self) -> String {
        let (sign, days) = match self.random.below(4) {
            0 => ("-", self.random.below(1_500_000)),
            1 => ("", self.random.below(4_000_000)),
            _ => ("", self.random.below(30_000)),
        };
        let within = match self.random.below(3) {
            0 => 0,
            1 => self.random.below(24) * 3_600_000,
            _ => self.random.below(86_400_000),
        };
        format!("{sign}{}", days * 86_400_000 + within)
    }

    /// A number whose text is not the obvious one.
    pub(super) fn edge_number(&mut self) -> String {
        match self.random.below(8) {
            0 => {
                let power = (0..self.random.below(64)).fold(1_u64, |power, _| power * 2);
                match self.random.below(3) {
                    0 => format!("{power}"),
                    1 => format!("{}", power - 1),
                    _ => format!("{}", power + 1),
                }
            }
            1 => format!("{}e{}", self.digits(17), self.random.below(320)),
            2 => format!("{}e-{}", self.digits(17), self.random.below(345)),
            3 => format!("{}.{}", self.digits(8), self.digits(12)),
            4 => format!("0.{}", self.digits(20)),
            5 => self.digits(25),
            6 => format!("{}.5", self.digits(4)),
            _ => self
                .random
                .pick(&[
                    "5e-324",
                    "1.7976931348623157e308",
                    "2.2250738585072014e-308",
                    "1e21",
                    "999999999999999900000",
                    "1e-6",
                    "1e-7",
                    "9007199254740991",
                    "9007199254740992",
                    "4294967295",
                    "4294967296",
                    "2147483648",
                    "0.1e1",
                    "1e400",
                    "00",
                    "0.0",
                    "1.0e+2",
                ])
                .to_owned(),
        }
    }

    fn digits(&mut self, most: usize) -> String {
        let first = self.random.pick(&["1", "2", "5", "9"]).to_owned();
        let count = self.random.below(most);
        first + &self.words(&["0", "0", "1", "4", "5", "9", "7"], count, count)
    }

    /// Writing and reading again with one picture.
    pub(super) fn round_trip(&mut self, depth: usize) -> Phrase {
        let number = self.expression(Kind::Number, depth.min(1));
        match self.random.below(6) {
            0 | 1 => {
                let picture = literal(&self.date_picture());
                let moment = self.moment();
                let zone = self.random.pick(&["", "", ", \"+0530\"", ", \"-0800\""]);
                phrase!(format!(
                    "$toMillis($fromMillis({moment}, {picture}{zone}), {picture})"
                ))
            }
            2 => {
                let picture = literal(&self.integer_picture());
                phrase!(
                    "$parseInteger($formatInteger(",
                    number,
                    format!(", {picture}), {picture})")
                )
            }
            3 => phrase!("$number($string(", number, "))"),
            4 => {
                let text = self.expression(Kind::Text, depth.min(1));
                let (there, back) = match self.random.below(3) {
                    0 => ("$base64encode", "$base64decode"),
                    1 => ("$encodeUrl", "$decodeUrl"),
                    _ => ("$encodeUrlComponent", "$decodeUrlComponent"),
                };
                phrase!(format!("{back}({there}("), text, "))")
            }
            _ => {
                phrase!("$eval($string(", self.expression(Kind::Any, depth.min(1)), "))")
            }
        }
    }
}

/// What stands around a picture, and means itself or multiplies.
const AFFIXES: &[&str] = &["x", "$", "-", "%", "‰", "€ ", "(", ")", "e", "😀", " ", "."];

/// Pictures as people write them.
const COMMON_DATES: &[&str] = &[
    "[Y0001]-[M01]-[D01]",
    "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z]",
    "[D1o] [MNn] [Y]",
    "[FNn,*-3], [D01] [MNn,*-3] [Y0001] [H01]:[m01]:[s01] [z]",
    "[h#1]:[m01] [PN]",
    "[M01]/[D01]/[Y,2-2]",
    "[Y]-W[W01]-[F0]",
    "[Y]-[d001]",
    "[YI]-[MI]-[DI]",
    "[Dwo] of [MNn], [Yw]",
    "[H01][Z0101t]",
    "[X0001]-W[W01]",
];
