//! Every violation of a source at once: each is told once, where it stands.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use expr_core::violations;

/// Code and place of each violation, the place as its text.
fn found(source: &str) -> Vec<(&'static str, &str)> {
    let place = |error: &expr_core::Error| {
        let place = error.location().unwrap();
        source.get(place.start as usize..place.end as usize).unwrap()
    };
    violations(source.into()).iter().map(|it| (it.code(), place(it))).collect()
}

/// Checks every row: a source and its violations.
fn check(rows: &[(&str, &[(&str, &str)])]) {
    for &(source, expected) in rows {
        assert_eq!(found(source), expected, "{source}");
    }
}

#[test]
fn what_stands_left_of_a_default_is_told_once() {
    check(&[
        ("$sum(1) ?: 2", &[("C0004", "$sum(1)")]),
        ("$sum(1) ?: 2 ?: 3", &[("C0004", "$sum(1)")]),
        (
            "$sum($max(1)) ?: $min(2)",
            &[("C0004", "$sum($max(1))"), ("C0004", "$max(1)"), ("C0004", "$min(2)")],
        ),
        ("$sum(1) ?? 2", &[("C0004", "$sum(1) ?? 2"), ("C0004", "$sum(1)")]),
        ("($len := 1) ?: 2", &[("C0005", "$len := 1")]),
        ("$(1) ?: 2", &[("C0002", "$(1)")]),
        ("(1)(2)@$len", &[("C0002", "(1)(2)"), ("C0005", "$len")]),
        ("$sum(1) & $sum(1)", &[("C0004", "$sum(1)"), ("C0004", "$sum(1)")]),
    ]);
}

#[test]
fn a_definition_that_is_called_where_it_stands_is_told_once() {
    check(&[
        ("function($x){$x}(1)", &[("C0001", "function($x){$x}(1)")]),
        (
            "function($x){function(){1}}($(1))",
            &[
                ("C0001", "function($x){function(){1}}($(1))"),
                ("C0002", "$(1)"),
                ("C0001", "function(){1}"),
            ],
        ),
        (
            "function(){1}(function(){2}(3))",
            &[
                ("C0001", "function(){1}(function(){2}(3))"),
                ("C0001", "function(){2}(3)"),
            ],
        ),
        (
            "[function(){1}, function(){1}]",
            &[("C0001", "function(){1}"), ("C0001", "function(){1}")],
        ),
    ]);
}

#[test]
fn a_bound_helper_is_told_where_it_is_bound() {
    check(&[
        ("($len := 1)", &[("C0005", "$len := 1")]),
        ("items@$len.$len", &[("C0005", "$len")]),
        ("payload.items#$append.id", &[("C0005", "$append")]),
        ("items[id > 1]#$len", &[("C0005", "$len")]),
        ("items@$len#$append", &[("C0005", "$len"), ("C0005", "$append")]),
    ]);
}
