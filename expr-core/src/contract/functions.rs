//! What authors may call, for editors and pages of documentation.

use super::ask::{Answered, Ask};

/// A helper as authors read about it.
struct Entry {
    name: &'static str,
    signature: &'static str,
    description: &'static str,
    /// An expression, and its result as JSON over the given time.
    example: (&'static str, &'static str),
}

const ENTRIES: [Entry; 5] = [
    Entry {
        name: "nowIso",
        signature: "nowIso() → string",
        description: "The time of the evaluation as an ISO 8601 timestamp in UTC.",
        example: ("len(nowIso())", "24"),
    },
    Entry {
        name: "coalesce",
        signature: "coalesce(value, …) → any",
        description: "The first argument that is neither missing nor null, else null.",
        example: ("coalesce(payload.nickname, \"guest\")", "\"guest\""),
    },
    Entry {
        name: "len",
        signature: "len(value) → number",
        description: "The UTF-16 units of a string or the items of an array, else 0.",
        example: ("len(\"abc\")", "3"),
    },
    Entry {
        name: "toString",
        signature: "toString(value) → string",
        description: "A value as JavaScript writes it; what is missing or null is \"\".",
        example: ("toString([1, [2, 3]])", "\"1,2,3\""),
    },
    Entry {
        name: "append",
        signature: "append(list, value) → array",
        description: "A list with a value, or the items of another list, at its end.",
        example: ("append([1], [2, 3])", "[1,2,3]"),
    },
];

/// Lists the helpers.
pub(crate) fn functions(ask: &mut Ask) -> Answered {
    let out = &mut ask.out;
    out.raw("{").name("contract").text(super::VERSION).name("functions").raw("[");
    for Entry { name, signature, description, example } in &ENTRIES {
        out.item().raw("{").name("name").text(name);
        out.name("signature").text(signature).name("description").text(description);
        out.name("example").text(example.0).name("result").text(example.1).raw("}");
    }
    out.raw("]}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_helper_is_listed_in_order() {
        assert_eq!(ENTRIES.map(|entry| entry.name), super::super::HELPERS);
    }
}
