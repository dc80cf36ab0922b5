//! The interface is internal, so its tests are here; on random patterns the fuzz property
//! `regex` compares it with Node's `RegExp`.

extern crate std;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::program::First;
use super::{Flags, Regex};
use crate::budget::{Budget, Exhausted, Limit, Limits, Spent};

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn flags(letters: &str) -> Flags {
    Flags { ignore_case: letters.contains('i'), multiline: letters.contains('m') }
}

fn compile(pattern: &str) -> Regex {
    Regex::compile(&units(pattern), Flags::default()).unwrap()
}

/// The whole match and the groups of the first match.
fn groups(pattern: &str, letters: &str, text: &str) -> Option<Vec<Option<String>>> {
    let regex = Regex::compile(&units(pattern), flags(letters)).unwrap();
    let text = units(text);
    let mut budget = Budget::new(Limits::default());
    let found = regex.find_at(&text, 0, &mut budget).unwrap()?;
    let group = |index| {
        let (start, end) = found.get(index)?;
        Some(String::from_utf16(&text[start..end]).unwrap())
    };
    Some((0..=regex.capture_count()).map(group).collect())
}

fn first(pattern: &str, letters: &str, text: &str) -> Option<String> {
    groups(pattern, letters, text)?.swap_remove(0)
}

fn search(pattern: &str, text: &str, limits: Limits) -> (Result<bool, Exhausted>, Spent) {
    let mut budget = Budget::new(limits);
    let found = compile(pattern).find_at(&units(text), 0, &mut budget);
    (found.map(|captures| captures.is_some()), budget.spent())
}

fn error(pattern: &str) -> (String, u32) {
    let error = Regex::compile(&units(pattern), Flags::default()).unwrap_err();
    (error.message.to_string(), error.offset)
}

#[test]
fn iterations_forget_their_groups() {
    let found = groups("(z)((a+)?(b+)?(c))*", "", "zaacbbbcac").unwrap();
    let expected = ["zaacbbbcac", "z", "ac", "a", "", "c"]
        .map(|text| Some(text.to_string()).filter(|text| !text.is_empty()));
    assert_eq!(found, expected);
}

#[test]
fn an_optional_iteration_may_not_be_empty() {
    assert_eq!(groups("(a*)?", "", "b").unwrap(), [Some(String::new()), None]);
    assert_eq!(groups("(a*)*", "", "b").unwrap(), [Some(String::new()), None]);
    let kept = groups("(?:(a*)){1,2}", "", "b").unwrap();
    assert_eq!(kept, [Some(String::new()), Some(String::new())]);
}

#[test]
fn lookbehind_matches_right_to_left() {
    let found = groups(r"(?<=(\d+)(\d+))$", "", "1053").unwrap();
    assert_eq!(found[1..], [Some("1".to_string()), Some("053".to_string())]);
    let found = groups(r"(?<=\1(a))b", "", "aab").unwrap();
    assert_eq!(found[1], Some("a".to_string()));
}

#[test]
fn case_is_folded_by_simple_upper_case() {
    assert_eq!(first("[^x]", "i", "X"), None);
    assert_eq!(first("ſ", "i", "s"), None);
    assert_eq!(first("μ", "i", "µ").as_deref(), Some("µ"));
    assert_eq!(first("[α-ω]", "i", "Σ").as_deref(), Some("Σ"));
    assert_eq!(first("ß", "i", "ẞ"), None);
    assert_eq!(first(r"(ǆ)\1", "i", "ǅǄ").as_deref(), Some("ǅǄ"));
}

#[test]
fn named_groups_count_like_others() {
    let regex = compile(r"(a)(?<second>b)(?<third>c)\k<second>");
    assert_eq!(regex.capture_count(), 3);
}

#[test]
fn errors_point_into_the_pattern() {
    assert_eq!(error("ab(c"), ("this group is not closed".into(), 2));
    assert_eq!(error("😀)"), ("no group is open here".into(), 2));
    assert_eq!(error("a{2,1}"), ("the numbers in `{}` are out of order".into(), 1));
    assert_eq!(error("+"), ("there is nothing to repeat".into(), 0));
    assert_eq!(error("[b-a]"), ("this range ends before it begins".into(), 3));
    assert_eq!(error(r"(?<a>)\k<b>"), ("no group has this name".into(), 9));
}

#[test]
fn nesting_needs_no_host_stack() {
    let depth = 100_000;
    for (open, close) in
        [("(?:", ")"), ("(?:", ")*"), ("(?=", ")"), ("(?<!", ")"), ("(?:a|", "){2}")]
    {
        let pattern = open.repeat(depth) + "a" + &close.repeat(depth);
        let _ = search(&pattern, "aaa", Limits::default());
        assert!(Regex::compile(&units(&open.repeat(depth)), Flags::default()).is_err());
    }
    assert_eq!(compile(&"()".repeat(32_767)).capture_count(), 32_767);
    assert_eq!(error(&"()".repeat(32_768)).0, "the pattern has too many groups");
}

#[test]
fn counts_are_counted_and_not_unrolled() {
    let regex = compile("(?:(?:a{1000}){1000}){1000}");
    assert!(regex.program.ops.len() < 20);
    assert_eq!(first("(?:(?:ab){2}){3}", "", &"ab".repeat(7)), Some("ab".repeat(6)));
}

#[test]
fn patterns_known_for_exponential_time_end() {
    let text = "a".repeat(2_000) + "!";
    for pattern in [
        "(a+)+$",
        "(a|a)*b",
        "(.*)*x",
        "(a*)*b",
        "(a|aa)+$",
        "(?:a?){20}a{20}b",
        "^(?:(?:a|a)+,?)+$",
        "(?:(?!a*b)a|a)*b",
        "(?<=(?:a+)+b)!",
        "(?:(?=aa*)a|a)*b",
    ] {
        let (found, spent) = search(pattern, &text, Limits::default());
        assert_eq!(found, Ok(false), "{pattern} took {spent:?}");
    }
}

#[test]
fn a_back_reference_ends_in_a_budget_error() {
    let text = "a".repeat(200) + "!";
    let (found, _) = search(r"(?:(a+)+\1)+$", &text, Limits::default());
    assert_eq!(found, Err(Limit::Steps(Limits::default().steps).into()));
}

#[test]
fn the_stack_is_charged() {
    let text = "ab".repeat(10_000);
    let limits = Limits { bytes: 100_000, ..Limits::default() };
    let (found, _) = search("(?:ab)*", &text, limits);
    assert_eq!(found, Err(Limit::Bytes(100_000).into()));
}

#[test]
fn a_budget_one_step_short_is_not_enough() {
    for pattern in ["b", "(b)", "b+", "(?:a|b)+c", "(?<=a)b", "x", "(b|c)d?", "(?:c|x)d"]
    {
        let text = "aaaaaaaaab";
        let (found, spent) = search(pattern, text, Limits::default());
        let enough = Limits { steps: spent.steps, ..Limits::default() };
        assert_eq!(search(pattern, text, enough).0, found);
        let short = Limits { steps: spent.steps - 1, ..Limits::default() };
        assert_eq!(search(pattern, text, short).0, Err(Limit::Steps(short.steps).into()));
    }
}

#[test]
fn skipping_is_charged_as_trying() {
    let patterns = ["b", "(b)", "((b)c)", "b+", "(b{2,})?b", "[b-d]+?c", "(b|c)d", "b|c"];
    for (pattern, text) in patterns
        .into_iter()
        .flat_map(|pattern| ["aaabaabb", "aaaaaaa", "b", ""].map(|text| (pattern, text)))
    {
        let mut regex = compile(pattern);
        let [skipped, tried] = [false, true].map(|tries| {
            if tries {
                regex.program.first = First::Anything;
                regex.program.openings = Default::default();
            }
            let mut budget = Budget::new(Limits::default());
            let found = regex.find_at(&units(text), 0, &mut budget).unwrap();
            (found, budget.spent().steps)
        });
        assert_eq!(skipped, tried, "/{pattern}/ in {text:?}");
    }
}

#[test]
fn nested_quantifiers_are_found() {
    let nested =
        ["(a+)+", "(a|a)*b", "(.*)*x", "(?:a*)+$", "((a+)?)*", "(\\s*a+)+", "(a*b?)*"];
    let plain =
        ["a+", "(ab)+", "(a+b)+", "(a|b)*", "(\\d{3}-)+", "(a?b)*", "a+b+", "(a+){2}"];
    for (patterns, expected) in [(&nested[..], true), (&plain[..], false)] {
        for pattern in patterns {
            assert_eq!(compile(pattern).has_nested_quantifiers(), expected, "{pattern}");
        }
    }
}

#[test]
fn a_position_where_no_match_opens_costs_what_trying_it_costs() {
    for len in [0, 1, 2, 100] {
        let text = "x".repeat(len);
        for (pattern, each) in [
            // A position, a beginning of a group, a choice, two units, the choice again.
            ("(l|d)o", 6),
            // A position, two choices, three units, the choices again.
            ("l|d|o", 8),
            // A position, a choice, a run and its unit, another unit, the choice again.
            ("(?:l+|d)o", 6),
        ] {
            let (found, spent) = search(pattern, &text, Limits::default());
            assert_eq!(found, Ok(false), "{pattern}");
            assert_eq!(
                spent.steps,
                (len as u64 + 1) * each,
                "{pattern} over {len} units"
            );
        }
    }
}
