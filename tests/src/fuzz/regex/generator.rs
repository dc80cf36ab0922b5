//! Random patterns and subjects, from a seed.

use crate::differential::Random;

const LETTERS: &[&str] = &[
    "a", "a", "a", "a", "a", "b", "b", "b", "c", "A", "B", "k", "K", "s", "S", "1", "0",
    "_", "-", " ", ",", "é", "É", "ß", "ẞ", "ſ", "K", "µ", "μ", "Μ", "ÿ", "Ÿ", "ǆ", "ǅ",
    "Ǆ", "ς", "σ", "Σ", "ι", "\u{345}", "ı", "İ", "Å", "å", "ა", "Ა", "ꭰ", "Ꭰ", "😀",
    "😁", "\u{2028}", "\n", "\r", "\t", "\u{a0}", "\u{feff}", "\0", "\u{8}", "\u{1}",
    "ÿ", "ɐ", "Ɐ", "ⅰ", "Ⅰ",
];

const ESCAPES: &[&str] = &[
    r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\t", r"\n", r"\v", r"\f", r"\r", r"\0",
    r"\cA", r"\ca", r"\c", r"\c1", r"\c_", r"\x61", r"\x6", r"\u0061", r"\u006",
    r"\u{61}", r"\ud83d", r"\ude00", r"\-", r"\.", r"\/", r"\a", r"\e", r"\p", r"\P{L}",
    r"\8", r"\9", r"\07", r"\12", r"\141", r"\377", r"\400", r"\k", r"\]", r"\[", r"\(",
    r"\\", r"\^", r"\u212a", r"\u017f", r"\xe9", r"\08", r"\é", r"\😀",
];

const TOKENS: &[&str] = &[
    "(",
    "(",
    "(?:",
    "(?=",
    "(?!",
    "(?<=",
    "(?<!",
    "(?<n>",
    "(?<é>",
    "(?<\\u0061>",
    "(?<",
    "(?",
    ")",
    ")",
    ")",
    ")",
    "|",
    "*",
    "+",
    "?",
    "*?",
    "{2}",
    "{1,2}",
    "{0,}",
    "{,3}",
    "{2,1}",
    "{",
    "}",
    "[",
    "[^",
    "]",
    "]",
    "-",
    "\\",
    "^",
    "$",
    ".",
    "\\b",
    "\\B",
    "\\1",
    "\\2",
    "\\3",
    "\\10",
    "\\k<n>",
    "\\k<a>",
    "\\k<",
    "<",
    ">",
    "=",
    ":",
    "!",
    ",",
    "1",
    "n",
    "(?<1>",
    "(?<𝒜>",
    "(?<\\u{1d49c}>",
    "(?<\\ud835\\udc9c>",
    "(?<a\u{301}>",
    "(?<\u{301}>",
    "{99999999999}",
    "{4294967296,1}",
    "(?<$_>",
    "(?i:",
];

fn units(text: &str) -> impl Iterator<Item = u16> {
    text.encode_utf16()
}

/// Writes a pattern, and knows how many groups it has.
struct Author<'r> {
    random: &'r mut Random,
    out: Vec<u16>,
    groups: usize,
}

/// A pattern: mostly well formed, sometimes damaged, sometimes a heap of tokens.
pub(super) fn pattern(random: &mut Random) -> Vec<u16> {
    let kind = random.below(8);
    let mut author = Author { random, out: Vec::new(), groups: 0 };
    match kind {
        0 => author.heap(),
        1 => {
            author.disjunction(3);
            author.damage();
        }
        _ => author.disjunction(3),
    }
    author.out
}

pub(super) fn subject(random: &mut Random) -> Vec<u16> {
    let mut out = Vec::new();
    let plain = random.one_in(2);
    for _ in 0..random.below(11) {
        match random.below(12) {
            0 => out.push(random.pick(&[0xd83d, 0xde00, 0xd800, 0xdfff])),
            _ if plain => out.extend(units(random.pick(&["a", "b", "c"]))),
            _ => out.extend(units(random.pick(LETTERS))),
        }
    }
    out
}

impl Author<'_> {
    fn text(&mut self, text: &str) {
        self.out.extend(text.encode_utf16());
    }

    fn any_of(&mut self, items: &[&str]) {
        let item = self.random.pick(items);
        self.text(item);
    }

    fn heap(&mut self) {
        for _ in 0..self.random.below(9) {
            match self.random.below(4) {
                0 => self.any_of(LETTERS),
                1 => self.any_of(ESCAPES),
                _ => self.any_of(TOKENS),
            }
        }
    }

    fn damage(&mut self) {
        let at = self.random.below(self.out.len() + 1);
        if at < self.out.len() && self.random.one_in(2) {
            self.out.remove(at);
        } else {
            let token = self.random.pick(TOKENS);
            self.out.splice(at..at, units(token));
        }
    }

    fn disjunction(&mut self, depth: usize) {
        for index in 0..self.random.pick(&[1, 1, 1, 2, 2, 3]) {
            if index > 0 {
                self.text("|");
            }
            for _ in 0..self.random.pick(&[0, 1, 1, 2, 2, 3]) {
                self.term(depth);
            }
        }
    }

    fn term(&mut self, depth: usize) {
        match self.random.below(if depth > 0 { 22 } else { 14 }) {
            0 => self.any_of(ESCAPES),
            1 => self.text("."),
            2 | 3 => self.class(),
            4 => return self.any_of(&["^", "$", r"\b", r"\B"]),
            5 => self.reference(),
            6..14 => self.any_of(LETTERS),
            14..18 => self.group(depth, "("),
            18 | 19 => self.group(depth, "(?:"),
            20 => self.named_group(depth),
            _ => return self.look(depth),
        }
        self.quantifier();
    }

    fn look(&mut self, depth: usize) {
        let open = self.random.pick(&["(?=", "(?!", "(?<=", "(?<!"]);
        self.group(depth, open);
        if !open.contains('<') {
            self.quantifier();
        }
    }

    fn group(&mut self, depth: usize, open: &str) {
        self.groups += usize::from(open == "(");
        self.text(open);
        self.disjunction(depth - 1);
        self.text(")");
    }

    fn named_group(&mut self, depth: usize) {
        self.groups += 1;
        let name = format!("(?<n{}>", self.groups);
        self.text(&name);
        self.disjunction(depth - 1);
        self.text(")");
        if self.random.one_in(2) {
            let name = format!(r"\k<n{}>", self.groups);
            self.text(&name);
        }
    }

    fn reference(&mut self) {
        let group = 1 + self.random.below(self.groups + 2);
        let text = format!("\\{group}");
        self.text(&text);
    }

    fn class(&mut self) {
        let open = self.random.pick(&["[", "[", "[^"]);
        self.text(open);
        for _ in 0..self.random.below(4) {
            self.member();
            if self.random.one_in(4) {
                self.text("-");
                self.member();
            }
        }
        self.text("]");
    }

    fn member(&mut self) {
        match self.random.below(6) {
            0 => self.any_of(ESCAPES),
            1 => self.any_of(&[
                "a-z",
                "A-Z",
                "α-ω",
                "\u{80}-\u{ffff}",
                r"\0-`",
                "^",
                r"\b",
            ]),
            _ => self.any_of(LETTERS),
        }
    }

    fn quantifier(&mut self) {
        if self.random.one_in(2) {
            return;
        }
        self.any_of(&[
            "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{2,}", "{1,}?",
            "{0}", "{2,3}", "{,2}", "{1", "{0,1}", "{1}?", "{3,5}?",
        ]);
    }
}
