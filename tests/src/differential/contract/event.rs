//! Random events: the keys that are derived from them, and the waits that take them.

use super::super::{Case, DECIDE, Phrase, Random, list};
use super::value;
use crate::phrase;

const EVENTS: &[&str] = &["TICKET_CREATED", "INVOICE_SENT", "E", "*", "constructor", ""];
const FIELDS: &[&str] =
    &["ticketId", "clientId", "invoiceId", "projectId", "a", "b", "constructor", "s"];
const PATHS: &[&str] = &[
    "a",
    "b",
    "a.b",
    "a..b",
    ".a",
    "$.a",
    "$a",
    ".",
    "",
    " a ",
    "a.0",
    "s.length",
    "constructor",
    "ticketId",
    "a.a",
    "__proto__.a",
];
const KEYS: &[&str] = &["null", "\"k\"", "\" k \"", "\"\"", "5", "\"5\"", "true", "{}"];
const OPERATORS: &[&str] = &[
    "=",
    "!=",
    "in",
    "not_in",
    "exists",
    "not_exists",
    ">",
    ">=",
    "<",
    "<=",
    "contains",
    "starts_with",
    "ends_with",
    "like",
    "constructor",
];
const OPERANDS: &[&str] = &[
    "1",
    "0",
    "null",
    "\"\"",
    "\"open\"",
    "\"o\"",
    "[1,\"open\",null]",
    "[]",
    "{}",
    "true",
    "[[]]",
    "\"A-7\"",
];

/// A random request about an event, as the source.
pub(in super::super) fn case(random: &mut Random) -> Case {
    let now = random.pick(&["", ",\"now\":1772600767089"]);
    let source = match random.below(5) {
        0 | 1 => correlation(random, now),
        2 => phrase!("{\"ask\":\"waitConfig\",\"config\":", config(random), "}"),
        _ => wait_match(random, now),
    };
    Case { source, context: None, profile: DECIDE }
}

fn correlation(random: &mut Random, now: &'static str) -> Phrase {
    let explicit =
        random.pick(&["", "", "", ",\"explicit\":\" k \"", ",\"explicit\":\" \""]);
    phrase!(
        format!("{{\"ask\":\"correlation\",\"eventName\":\"{}\"", random.pick(EVENTS)),
        explicit,
        legacy_rules(random),
        now,
        ",\"payload\":",
        payload(random),
        "}"
    )
}

/// The text of the variable, which may be nonsense.
fn legacy_rules(random: &mut Random) -> Phrase {
    let nonsense = random.below(8);
    if nonsense < 3 {
        let texts = ["", ",\"legacyRules\":\"[]\"", ",\"legacyRules\":\"{\""];
        return phrase!(texts.get(nonsense).copied().unwrap_or_default());
    }
    let mut rules = |event: &str| {
        let (first, second) = (random.pick(PATHS), random.pick(PATHS));
        match random.below(4) {
            0 => format!("\\\"{event}\\\":\\\"{first}\\\""),
            1 => format!("\\\"{event}\\\":5"),
            _ => format!("\\\"{event}\\\":[\\\"{first}\\\",null,\\\"{second}\\\"]"),
        }
    };
    let (own, all) = (rules("E"), rules("*"));
    phrase!(format!(",\"legacyRules\":\"{{{own},{all}}}\""))
}

fn payload(random: &mut Random) -> Phrase {
    if random.one_in(8) {
        return value(random, 1);
    }
    let mut members = Vec::new();
    for name in FIELDS {
        if random.one_in(2) {
            let inner = value(random, 1);
            let nested = random.one_in(4);
            let inner = if nested { phrase!("{\"b\":", inner, "}") } else { inner };
            members.push(phrase!(format!("\"{name}\":"), inner));
        }
    }
    list("{", members, "}")
}

fn filters(random: &mut Random) -> Phrase {
    let filters = (0..random.below(4))
        .map(|_| {
            let (path, operator) = (random.pick(PATHS), random.pick(OPERATORS));
            let operand = match random.one_in(5) {
                true => String::new(),
                false => format!(",\"value\":{}", random.pick(OPERANDS)),
            };
            phrase!(format!("{{\"path\":\"{path}\",\"op\":\"{operator}\"{operand}}}"))
        })
        .collect();
    list("[", filters, "]")
}

fn wait_match(random: &mut Random, now: &'static str) -> Phrase {
    let signals = (0..random.below(4))
        .map(|_| {
            phrase!(
                format!("{{\"eventName\":\"{}\"", random.pick(&["E", "E", "F"])),
                format!(",\"correlationKey\":{}", random.pick(KEYS)),
                random.pick(&["", ",\"eventId\":5", ",\"eventId\":\"e\""]),
                random.pick(&["", ",\"receivedAt\":\"t\"", ",\"receivedAt\":1"]),
                ",\"payload\":",
                payload(random),
                "}"
            )
        })
        .collect();
    phrase!(
        "{\"ask\":\"waitMatch\",\"descriptor\":{\"eventName\":\"E\"",
        format!(",\"correlationKey\":{}", random.pick(KEYS)),
        ",\"filters\":",
        filters(random),
        "},\"signals\":",
        list("[", signals, "]"),
        now,
        "}"
    )
}

fn config(random: &mut Random) -> Phrase {
    let name = random.pick(&["", "\"eventName\":\"E\",", "\"eventName\":\"\","]);
    let key = random.pick(&["", "\"correlationKey\":{\"$expr\":\"a\"},"]);
    let timeout = random.pick(&["", "\"timeoutMs\":5,", "\"timeoutMs\":0,"]);
    let assign = random.pick(&["", "\"assign\":{\"a\":{\"$expr\":\"b\"}},"]);
    phrase!("{", name, key, timeout, assign, "\"filters\":", filters(random), "}")
}
