//! Random contexts: small documents whose fields mostly hold what their names promise.

use super::super::{Phrase, Random, list};
use super::vocabulary::{LISTS, NUMBERS, RECORD_LISTS, RECORDS, TEXTS, TRUTHS};
use crate::phrase;

/// Makes a value of one kind, so deep at most.
type Maker = fn(&mut Random, usize) -> Phrase;

/// A context as JSON text, or none.
pub(super) fn context(random: &mut Random) -> Option<Phrase> {
    match random.below(40) {
        0 => None,
        1 => Some(any(random, 2)),
        2..=5 => Some(records(random, 3)),
        _ => Some(record(random, 3)),
    }
}

fn records(random: &mut Random, depth: usize) -> Phrase {
    let count = random.below(4);
    let items = (0..count).map(|_| match random.one_in(8) {
        true => any(random, 1),
        false => record(random, depth.saturating_sub(1)),
    });
    let items = items.collect();
    list("[", items, "]")
}

fn record(random: &mut Random, depth: usize) -> Phrase {
    let mut members = Vec::new();
    let families: [(&[&str], Maker); 6] = [
        (NUMBERS, number),
        (TEXTS, text),
        (TRUTHS, truth),
        (LISTS, items),
        (RECORD_LISTS, records),
        (RECORDS, record),
    ];
    for (names, value) in families {
        for name in names {
            let wanted = if depth == 0 { random.one_in(4) } else { !random.one_in(4) };
            if !wanted {
                continue;
            }
            let value = match (random.one_in(10), depth) {
                (true, _) | (_, 0) => any(random, depth.min(1)),
                _ => value(random, depth - 1),
            };
            members.push(phrase!(format!("\"{name}\":"), value));
        }
    }
    for name in ["nil", "é", "two words", "10", "1", "__proto__", "length", "constructor"]
    {
        if random.one_in(6) {
            let value = if name == "nil" { phrase!("null") } else { any(random, 1) };
            members.push(phrase!(format!("\"{name}\":"), value));
        }
    }
    if random.one_in(3) {
        let middle = random.below(members.len());
        members.rotate_left(middle);
    }
    list("{", members, "}")
}

fn number(random: &mut Random, _: usize) -> Phrase {
    phrase!(random.pick(&[
        "0",
        "1",
        "2",
        "3",
        "5",
        "-1",
        "7",
        "10",
        "1.5",
        "-2.25",
        "0.1",
        "100",
        "1e21",
        "1e-7",
        "123456789",
        "-0",
        "0.30000000000000004",
        "2e3"
    ]))
}

fn text(random: &mut Random, _: usize) -> Phrase {
    phrase!(random.pick(&[
        "\"\"",
        "\"a\"",
        "\"b\"",
        "\"abc\"",
        "\"hello world\"",
        "\"é\"",
        "\"😀x\"",
        "\"12\"",
        "\"a,b;c\"",
        "\"  pad \"",
        "\"\\ud83d\"",
        "\"line\\nbreak\"",
        "\"Zz\"",
        "\"10\"",
        "\"2026-03-04T05:06:07Z\"",
        "\"true\""
    ]))
}

fn truth(random: &mut Random, _: usize) -> Phrase {
    phrase!(random.pick(&["true", "false"]))
}

fn items(random: &mut Random, depth: usize) -> Phrase {
    let kind = random.below(5);
    let items = (0..random.below(5)).map(|_| match kind {
        0 | 1 => number(random, 0),
        2 => text(random, 0),
        3 if depth > 0 => items(random, depth - 1),
        _ => any(random, depth.min(1)),
    });
    let items = items.collect();
    list("[", items, "]")
}

fn any(random: &mut Random, depth: usize) -> Phrase {
    match random.below(if depth == 0 { 7 } else { 10 }) {
        0 | 1 => number(random, 0),
        2 | 3 => text(random, 0),
        4 => truth(random, 0),
        5 => phrase!("null"),
        6 => phrase!(random.pick(&["[]", "{}", "[[]]", "[null]"])),
        7 | 8 => items(random, depth - 1),
        _ => record(random, depth - 1),
    }
}
