//! What is drawn: texts, JSON, expressions with their contexts.

use crate::corpus;
use crate::differential::{Case, PAIRS, Random};
use crate::json::Json;
use crate::subject::{Limits, Request};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// What sources are made of.
const TOKENS: [&str; 52] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ":",
    "|",
    "?",
    "??",
    "?:",
    "a",
    "`b c`",
    "1",
    "0.5e3",
    "+",
    "-",
    "*",
    "**",
    "/",
    "%",
    ":=",
    "=",
    "!=",
    "<",
    ">=",
    "&",
    "and",
    "in",
    "\"",
    "'",
    "\\u00",
    "`",
    "/*",
    "*/",
    "/x/",
    "/",
    "$",
    "$$",
    "$x",
    "$sum",
    "^",
    "@$y",
    "#$i",
    "~>",
    "..",
    ".",
    "function($x)<n:n>",
    "λ",
    "\u{1f600}",
];

/// Texts that are no expression, nearly one, or one.
pub(super) fn texts() -> BoxedStrategy<String> {
    let tokens = vec(select(TOKENS.as_slice()), 0..40);
    let tokens = (tokens, select(vec!["", " "])).prop_map(|(it, space)| it.join(space));
    prop_oneof![
        1 => "\\PC{0,80}",
        3 => tokens,
        3 => damaged(select(corpus::sources(corpus::FIXTURES))),
        3 => cases().prop_map(|case| case.source),
    ]
    .boxed()
}

/// Texts with a few characters missing, doubled, or put elsewhere.
fn damaged(texts: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let edits = vec((any::<u16>(), 0..3u8, any::<char>()), 0..4);
    (texts, edits).prop_map(|(text, edits)| {
        let mut characters: Vec<char> = text.chars().collect();
        for (place, kind, other) in edits {
            let at = usize::from(place) % (characters.len() + 1);
            match (kind, characters.get(at).copied()) {
                (0, Some(_)) => drop(characters.remove(at)),
                (1, Some(same)) => characters.insert(0, same),
                _ => characters.insert(at, other),
            }
        }
        characters.into_iter().collect()
    })
}

/// JSON text, in every way that it may be written.
pub(super) fn json_texts() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        "-?(0|[1-9][0-9]{0,19})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        "\"([^\"\\\\\\x00-\\x1f]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4}){0,9}\"",
        select(vec!["true", "false", "null"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        let key = "\"(a|b|0|12|__proto__|\\\\u0061|\\\\ud800)\"";
        let members = vec((key, inner.clone()), 0..6).prop_map(|members| {
            let members: Vec<String> =
                members.iter().map(|(key, value)| format!("{key} :{value}")).collect();
            format!("{{{}}}", members.join(","))
        });
        let items = vec(inner, 0..6).prop_map(|items| format!("[{} ]", items.join(", ")));
        prop_oneof![members, items]
    })
    .boxed()
}

/// Bytes that are JSON, nearly JSON, or anything.
pub(super) fn json_bytes() -> BoxedStrategy<Vec<u8>> {
    let edits = vec((any::<u16>(), any::<bool>(), any::<u8>()), 0..3);
    let damaged = (json_texts(), edits).prop_map(|(text, edits)| {
        let mut bytes = text.into_bytes();
        for (place, removes, byte) in edits {
            let at = usize::from(place) % (bytes.len() + 1);
            if removes && at < bytes.len() {
                bytes.remove(at);
            } else {
                bytes.insert(at, byte);
            }
        }
        bytes
    });
    prop_oneof![
        1 => vec(any::<u8>(), 0..40),
        2 => json_texts().prop_map(String::into_bytes),
        2 => damaged,
    ]
    .boxed()
}

/// An expression and what it is evaluated over.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Authored {
    /// The source.
    pub(super) source: String,
    /// JSON text.
    pub(super) context: Option<String>,
    /// Plain JSONata, and not the contract.
    pub(super) plain: bool,
}

impl Authored {
    /// The request that a subject is asked.
    pub(super) fn request(&self, limits: Limits) -> Request {
        Request {
            source: Json::text(&self.source).to_canonical(),
            profile: if self.plain { "jsonata" } else { "workflow" },
            context: self.context.clone(),
            now: Some(1_700_000_000_123),
            seed: Some(7),
            limits,
            ..Request::default()
        }
    }
}

/// Expressions of the language and of the contract, mostly of fitting kinds.
pub(super) fn cases() -> BoxedStrategy<Authored> {
    let generators = PAIRS.iter().take(2).map(|pair| Cases(pair.case));
    select(generators.collect::<Vec<_>>()).prop_flat_map(|cases| cases).boxed()
}

/// Limits, mostly so small that they are reached.
pub(super) fn limits() -> BoxedStrategy<Limits> {
    let steps = prop_oneof![Just(None), (1..3_000u64).prop_map(Some)];
    let bytes = prop_oneof![Just(None), (1..60_000u64).prop_map(Some)];
    let depth = prop_oneof![Just(None), (1..40u32).prop_map(Some)];
    (steps, bytes, depth)
        .prop_map(|(steps, bytes, depth)| Limits { steps, bytes, depth })
        .boxed()
}

/// The cases of a generator of the differential test.
#[derive(Clone, Copy)]
struct Cases(fn(&mut Random) -> Case);

impl std::fmt::Debug for Cases {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Cases")
    }
}

impl Strategy for Cases {
    type Tree = CaseTree;
    type Value = Authored;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = any::<u64>().new_tree(runner)?.current();
        let case = (self.0)(&mut Random::new(seed));
        Ok(CaseTree { failing: case.clone(), current: case, smaller: VecDeque::new() })
    }
}

/// A case becomes one of its smaller forms for as long as one of them fails too.
struct CaseTree {
    failing: Case,
    current: Case,
    smaller: VecDeque<Case>,
}

impl CaseTree {
    fn next(&mut self) -> bool {
        match self.smaller.pop_front() {
            Some(case) => {
                self.current = case;
                true
            }
            None => {
                self.current = self.failing.clone();
                false
            }
        }
    }
}

impl ValueTree for CaseTree {
    type Value = Authored;

    fn current(&self) -> Authored {
        Authored {
            source: self.current.source.to_string(),
            context: self.current.context.as_ref().map(ToString::to_string),
            plain: self.current.profile == "jsonata",
        }
    }

    fn simplify(&mut self) -> bool {
        self.failing = self.current.clone();
        self.smaller = self.failing.smaller().into();
        self.next()
    }

    fn complicate(&mut self) -> bool {
        self.next()
    }
}
