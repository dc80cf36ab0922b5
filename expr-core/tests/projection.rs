//! Evaluating over what a program reads gives the same bytes, the same error and the same
//! cost as evaluating over the whole context, for expressions and contexts made at random.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use expr_core::{Inputs, Limits, Profile, Program};
use std::fmt::Write as _;

/// A small random generator, so that every run is the same.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// Keys of contexts: fields that expressions ask for, variables that they bind, and what
/// a tuple calls its item.
const NAMES: [&str; 8] = ["a", "b", "c", "a", "b", "c", "x", "@"];

/// A name as a field.
fn field(random: &mut Random) -> &'static str {
    random.pick(&["a", "b", "c", "a", "b", "c", "x", "`0`"])
}

/// Templates: `E` is an expression, `N` a field, `V` a variable.
const EXPRESSIONS: [&str; 68] = [
    "N",
    "N.N",
    "N.N.N",
    "$.N",
    "$$.N",
    "V",
    "V.N",
    "N[E].N",
    "N[0].N",
    "N[-1].N",
    "N.(E)",
    "(E).N",
    "(E).N",
    "E.N",
    "[E, E].N",
    "([E, E]).N",
    "[E][0].N",
    "N.[E, E]",
    "{\"a\": E, \"b\": E}",
    "N.{\"a\": E, N: E}",
    "N{N: E}",
    "N{$string(N): E}.N",
    "N^(N).N",
    "N^(>N).N",
    "N.*",
    "**.N",
    "*.N",
    "(V := E; E)",
    "(V := E; V.N)",
    "(V := E; V := E; V.N)",
    "E ? E : E",
    "(E ? E : E).N",
    "E ?: E",
    "(E ?? E).N",
    "E = E",
    "E and E",
    "E in E",
    "E & E",
    "E + E",
    "$count(E)",
    "$string(E)",
    "$exists(E)",
    "$map(E, function(V) { V.N })",
    "$filter(E, function(V) { E })",
    "$merge([E, E]).N",
    "$append(E, E).N",
    "(V := function(V) { E }; V(E))",
    "E ~> $count",
    "N.$string()",
    "N.$keys()",
    "N.$length()",
    "(V := $string; N.V())",
    "N@V.N[V.N = N].N",
    "N#V.{\"n\": V, \"a\": N}",
    "N.N.%.N",
    "N.N.{\"p\": %.N, \"a\": N}",
    "(N.N)[%.N = 1].N",
    "(N)@V[V = 1].N",
    "[N][0].N",
    "[$][0].N",
    "(N)@V[V]",
    "(N)@V{\"a\": V}",
    "N@V.N@V.N",
    "N@V{N: V.N}",
    "E ~> | N | {\"a\": E} |",
    "$each(E, function(V) { V })",
    "N.(V := $; V.N)",
    "$sort(E, function($l, $r) { $l.N > $r.N }).N",
];

/// Fills in a template; nothing is nested deeper than `depth`.
fn expression(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        let field = field(random);
        return random.pick(&[field, "1", "$", "\"a\"", "$x", field, field]).to_owned();
    }
    let template = random.pick(&EXPRESSIONS);
    let mut out = String::new();
    let mut inside = false;
    for character in template.chars() {
        // Capitals in names of functions are none of the template's.
        inside = character == '$' || inside && character.is_alphanumeric();
        match character {
            'E' if !inside => out.push_str(&expression(random, depth - 1)),
            'N' if !inside => out.push_str(field(random)),
            'V' if !inside => out.push_str(random.pick(&["$x", "$y"])),
            _ => out.push(character),
        }
    }
    out
}

/// A context whose keys are those that expressions ask for.
fn context(random: &mut Random, depth: usize, out: &mut String) {
    let kind = if depth == 0 { random.below(5) } else { random.below(13) };
    match kind {
        0 => out.push_str("null"),
        1 => out.push_str(random.pick(&["true", "false"])),
        2 => write!(out, "{}", random.below(3)).unwrap(),
        3 => out.push_str(random.pick(&["\"a\"", "\"b\"", "\"\"", "\"c\\u0061\""])),
        4 => out.push_str(random.pick(&["{}", "[]"])),
        5..8 => {
            out.push('[');
            for place in 0..random.below(4) {
                out.push_str(if place > 0 { ", " } else { "" });
                context(random, depth - 1, out);
            }
            out.push(']');
        }
        // An object that looks like a list.
        8 => {
            out.push_str("{\"length\": 1, \"0\": ");
            context(random, depth - 1, out);
            out.push('}');
        }
        _ => {
            out.push('{');
            for place in 0..random.below(5) {
                let name = random.pick(&NAMES);
                write!(out, "{}\"{name}\": ", if place > 0 { "," } else { " " }).unwrap();
                context(random, depth - 1, out);
            }
            out.push('}');
        }
    }
}

#[test]
fn what_is_not_read_does_not_matter() {
    let mut random = Random(0x5EED_1234_ABCD_0001);
    let (mut compiled, mut partial) = (0, 0);
    for _ in 0..20_000 {
        let depth = 1 + random.below(3);
        let source = expression(&mut random, depth);
        let Ok(program) = Program::compile(source.as_str().into(), Profile::Jsonata)
        else {
            continue;
        };
        compiled += 1;
        partial += usize::from(!program.reads().root().is_whole());
        for _ in 0..4 {
            let mut json = String::new();
            context(&mut random, 4, &mut json);
            let whole = Inputs::from_json(json.as_bytes()).unwrap();
            let mut read = Inputs::from_json(br#"[{"before": "it"}]"#).unwrap();
            read.read(json.as_bytes(), program.reads()).unwrap();
            let evaluate = |mut inputs| program.evaluate(&mut inputs, Limits::default());
            assert_eq!(evaluate(read), evaluate(whole), "{source}\nover {json}");
        }
    }
    assert!(compiled > 15_000, "only {compiled} sources are expressions");
    assert!(partial * 2 > compiled, "only {partial} of {compiled} leave something out");
}
