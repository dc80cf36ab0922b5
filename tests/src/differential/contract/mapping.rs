//! Random requests for the decisions around expressions: documents with expressions and
//! secrets in them, and paths that are written.

use super::super::{Case, Phrase, Random, list};
use super::{context, record, source, value};
use crate::json::Json;
use crate::phrase;

const NAMES: &[&str] = &[
    "a",
    "b",
    "a/b",
    "~",
    "1",
    "0",
    "a.b",
    ".",
    "",
    "a..c",
    "__proto__",
    "é",
    "$expr",
    "$secret",
    "constructor",
];
const SECRETS: &[&str] =
    &["\"K\"", "\"N\"", "\"Z\"", "\"\"", "5", "null", "\"__proto__\""];
const PLACES: &[&str] = &[
    "payload.a",
    "vars.b",
    "vars.b.c",
    "meta.d",
    "local.e",
    "f",
    "f.g.h",
    "payload",
    "vars",
    "",
    "/vars",
    "/payload/a~1b/c",
    "/vars/x.y",
    " vars.a ",
    "vars.__proto__.x",
    "vars..a",
    "payload.id",
    "/",
    "local",
    "meta",
    "a~0b",
    "/a~0b/1",
];

/// A random request of `decide`, as the source.
pub(in super::super) fn case(random: &mut Random) -> Case {
    let now = random.pick(&["", ",\"now\":1772600767089"]);
    let request = match random.below(10) {
        0 => phrase!("{\"ask\":\"expand\",\"value\":", object(random, 2), "}"),
        1 => phrase!("{\"ask\":\"secrets\",\"value\":", document(random, 3), "}"),
        2 | 3 => assign(random, now),
        4 => phrase!(
            "{\"ask\":\"expressions\",\"value\":",
            document(random, 3),
            ",\"context\":",
            context(random),
            now,
            "}"
        ),
        5..=7 => phrase!(
            "{\"ask\":\"mapping\",\"mapping\":",
            object(random, 3),
            ",\"context\":",
            context(random),
            secrets(random),
            now,
            "}"
        ),
        _ => phrase!(
            "{\"ask\":\"value\",\"value\":",
            document(random, 3),
            random.pick(&["", "", ",\"path\":\"/base\""]),
            ",\"context\":",
            context(random),
            secrets(random),
            now,
            "}"
        ),
    };
    Case { source: request, context: None, profile: super::super::DECIDE }
}

/// The outcomes of look-ups, or no resolver.
fn secrets(random: &mut Random) -> &'static str {
    random.pick(&[
        "",
        ",\"secrets\":{}",
        ",\"secrets\":{\"K\":{\"value\":\"s3cr3t\"},\"N\":{\"error\":\"no such secret N\"}}",
        ",\"secrets\":{\"K\":{\"value\":{\"$expr\":\"1\"}},\"N\":{\"value\":null}}",
    ])
}

fn assign(random: &mut Random, now: &'static str) -> Phrase {
    let written = |random: &mut Random, value: fn(&mut Random) -> Phrase| {
        let members = (0..random.below(4))
            .map(|_| phrase!(format!("\"{}\":", random.pick(PLACES)), value(random)))
            .collect();
        list("{", members, "}")
    };
    let values = written(random, |random| document(random, 1));
    let entries = written(random, expression);
    let scopes = match random.below(3) {
        0 => phrase!("{}"),
        1 => phrase!("{\"local\":{\"id\":1},\"vars\":", record(random, 2), "}"),
        _ => context(random),
    };
    phrase!(
        "{\"ask\":\"assign\",\"scopes\":",
        scopes,
        ",\"values\":",
        values,
        ",\"assign\":",
        entries,
        now,
        "}"
    )
}

fn document(random: &mut Random, depth: usize) -> Phrase {
    match random.below(8) {
        0..=2 => expression(random),
        3 => {
            let more = random.pick(&["", "", "", ",\"x\":1"]);
            phrase!(format!("{{\"$secret\":{}{more}}}", random.pick(SECRETS)))
        }
        4 if depth > 0 => {
            let items =
                (0..random.below(3)).map(|_| document(random, depth - 1)).collect();
            list("[", items, "]")
        }
        5 | 6 if depth > 0 => object(random, depth - 1),
        _ => value(random, 0),
    }
}

fn object(random: &mut Random, depth: usize) -> Phrase {
    let mut members: Vec<Phrase> = Vec::new();
    let mut free = NAMES.to_vec();
    for _ in 0..random.below(4) {
        let name = free.swap_remove(random.below(free.len()));
        members.push(phrase!(format!("\"{name}\":"), document(random, depth)));
    }
    list("{", members, "}")
}

/// Not taken apart, since an entry without its expression is no request.
fn expression(random: &mut Random) -> Phrase {
    let text = Json::text(&source(random).to_string()).to_canonical();
    Phrase::from(format!("{{\"$expr\":{text}}}"))
}
