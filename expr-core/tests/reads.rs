//! What programs read of their context, written down by hand.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use expr_core::{Profile, Program, write_json_reads};

/// The reads of a source, as docs/wire.md writes them.
fn reads(source: &str) -> String {
    let program = Program::compile(source.into(), Profile::Jsonata).unwrap();
    let mut json = Vec::new();
    write_json_reads(&mut json, program.reads());
    String::from_utf8(json).unwrap()
}

/// Checks every row: a source and what it reads.
fn check(rows: &[(&str, &str)]) {
    for (source, expected) in rows {
        assert_eq!(reads(source), *expected, "{source}");
    }
}

#[test]
fn fields_are_read_to_the_end_of_their_path() {
    check(&[
        ("1 + 2", "{}"),
        ("payload", r#"{"payload":true}"#),
        ("payload.ticket.id", r#"{"payload":{"ticket":{"id":true}}}"#),
        ("a.b & a.c", r#"{"a":{"b":true,"c":true}}"#),
        ("a.b & a.b.c", r#"{"a":{"b":true}}"#),
        ("a & a.b", r#"{"a":true}"#),
        ("z + m + a", r#"{"a":true,"m":true,"z":true}"#),
        ("`a b`.\"c\"", r#"{"a b":{"c":true}}"#),
        ("`__proto__`.x", r#"{"__proto__":{"x":true}}"#),
        ("$.a.b", r#"{"a":{"b":true}}"#),
        ("$$.a.b", r#"{"a":{"b":true}}"#),
        ("a.$.b", r#"{"a":{"b":true}}"#),
        ("a.(b.c)", r#"{"a":{"b":{"c":true}}}"#),
        ("a.b[]", r#"{"a":{"b":true}}"#),
    ]);
}

#[test]
fn the_context_as_a_value_is_read_whole() {
    check(&[
        ("$", "true"),
        ("$$", "true"),
        ("$ = 1", "true"),
        ("a[$$.b = b]", r#"{"a":true,"b":true}"#),
        ("a.$$", "true"),
        ("*", "true"),
        ("**.id", "true"),
        ("a.*.b", r#"{"a":true}"#),
        ("$eval('a')", "true"),
        ("a ~> $eval", "true"),
        ("$map(['a'], $eval)", "true"),
        ("function($x) { $ }", "true"),
    ]);
}

#[test]
fn a_predicate_reads_what_it_looks_at() {
    check(&[
        ("items[0].sku", r#"{"items":{"sku":true}}"#),
        ("items[-1].sku", r#"{"items":{"sku":true}}"#),
        ("items[price > 10].sku", r#"{"items":{"price":true,"sku":true}}"#),
        ("items[active].sku", r#"{"items":{"active":true,"sku":true}}"#),
        ("items[$.a = $$.b].c", r#"{"b":true,"items":{"a":true,"c":true}}"#),
        ("items[tags.name = 'x'].c", r#"{"items":{"c":true,"tags":{"name":true}}}"#),
        ("items[price > 10]", r#"{"items":true}"#),
        ("items[$ = 1].c", r#"{"items":true}"#),
        ("(a.b)[c].d", r#"{"a":{"b":{"c":true,"d":true}}}"#),
    ]);
}

#[test]
fn order_by_and_group_by_read_their_terms() {
    check(&[
        ("items^(price).sku", r#"{"items":{"price":true,"sku":true}}"#),
        ("items^(>a.b, c).sku", r#"{"items":{"a":{"b":true},"c":true,"sku":true}}"#),
        ("items^(price)", r#"{"items":true}"#),
        ("items{kind: $sum(price)}", r#"{"items":{"kind":true,"price":true}}"#),
        ("items{kind: $}", r#"{"items":true}"#),
        ("items.{'id': id, 'n': a.b}", r#"{"items":{"a":{"b":true},"id":true}}"#),
        ("items.[id, name]", r#"{"items":{"id":true,"name":true}}"#),
        ("{'a': a.b, c: 1}", r#"{"a":{"b":true},"c":true}"#),
        ("{'a': a}.a.b", r#"{"a":true}"#),
    ]);
}

#[test]
fn operators_read_their_operands_whole() {
    check(&[
        ("a.b = c", r#"{"a":{"b":true},"c":true}"#),
        ("a and b.c", r#"{"a":true,"b":{"c":true}}"#),
        ("a in b.c", r#"{"a":true,"b":{"c":true}}"#),
        ("-a.b", r#"{"a":{"b":true}}"#),
        ("[a.b..c]", r#"{"a":{"b":true},"c":true}"#),
        ("a ? b.c : d", r#"{"a":true,"b":{"c":true},"d":true}"#),
        ("(a ? b : c).d", r#"{"a":true,"b":{"d":true},"c":{"d":true}}"#),
        ("(a ?: b).c", r#"{"a":true,"b":true}"#),
        ("a ?? b.c", r#"{"a":true,"b":{"c":true}}"#),
        ("(a; b.c)", r#"{"a":{},"b":{"c":true}}"#),
    ]);
}

#[test]
fn an_array_constructor_passes_fields_through_until_it_is_indexed() {
    check(&[
        ("[a, b.c]", r#"{"a":true,"b":{"c":true}}"#),
        ("([a, b]).c", r#"{"a":{"c":true},"b":{"c":true}}"#),
        ("([a, b])[0].c", r#"{"a":{"c":true},"b":{"c":true}}"#),
        ("[a, b].c", r#"{"a":true,"b":true}"#),
        ("[a, b][0].c", r#"{"a":true,"b":true}"#),
        ("d.[a, b].c", r#"{"d":{"a":{"c":true},"b":{"c":true}}}"#),
    ]);
}

#[test]
fn variables_hand_on_what_they_are_bound_to() {
    check(&[
        ("($t := a.b; $t.c & $t.d)", r#"{"a":{"b":{"c":true,"d":true}}}"#),
        ("($t := a.b; 1)", r#"{"a":{"b":{}}}"#),
        ("($t := a; $t := b; $t.c)", r#"{"a":{"c":true},"b":{"c":true}}"#),
        ("($t := a; $u := $t.b; $u.c)", r#"{"a":{"b":{"c":true}}}"#),
        ("($t := a; $t)", r#"{"a":true}"#),
        ("($f := function() { $t.b }; $t := a; $f())", r#"{"a":{"b":true}}"#),
        ("a.($x := b; $x.c)", r#"{"a":{"b":{"c":true}}}"#),
        ("a@$x.b[$x.c = d].e", r#"{"a":{"c":true},"b":{"d":true,"e":true}}"#),
        ("a#$i.{'n': $i, 'id': id}", r#"{"a":{"id":true}}"#),
    ]);
}

#[test]
fn a_parent_reads_the_steps_around_it_whole() {
    check(&[
        ("a.b.%.c", r#"{"a":true}"#),
        ("orders.items.{'o': %.id, 's': sku}", r#"{"orders":true}"#),
    ]);
}

#[test]
fn calls_read_their_arguments_whole() {
    check(&[
        ("$count(a.items)", r#"{"a":{"items":true}}"#),
        ("$map(a.items, function($i) { $i.id })", r#"{"a":{"items":true}}"#),
        ("$map(a, function($i) { b.c })", r#"{"a":true,"b":{"c":true}}"#),
        ("($f := function($x) { $x.b }; $f(a))", r#"{"a":true}"#),
        ("a.b ~> $uppercase", r#"{"a":{"b":true}}"#),
        ("a.b ~> $split(c)", r#"{"a":{"b":true},"c":true}"#),
        ("$substring(a.b, 1)", r#"{"a":{"b":true}}"#),
        ("a ~> | b | {'c': d} |", r#"{"a":true}"#),
        ("a.$lookup(b, c)", r#"{"a":{"b":true,"c":true}}"#),
    ]);
}

#[test]
fn a_missing_argument_is_the_input() {
    check(&[
        ("a.b.$string()", r#"{"a":{"b":true}}"#),
        // A string is there whether or not its place is read.
        ("a.b.$length()", r#"{"a":{"b":{}}}"#),
        ("a.$keys()", r#"{"a":true}"#),
        ("a.$each(function($v) { $v })", r#"{"a":true}"#),
        ("a.($f := $string; $f())", r#"{"a":true}"#),
        ("a.(function($x)<x-:x> { $x })()", r#"{"a":true}"#),
        ("a.(function($x) { $x })()", r#"{"a":{}}"#),
    ]);
}

#[test]
fn what_is_deep_or_endless_is_read_whole() {
    let deep = vec!["a"; 200].join(".");
    let expected = r#"{"a":"#.repeat(32) + "true" + &"}".repeat(32);
    assert_eq!(reads(&deep), expected);
    let (open, close) = (r#"{"b":"#.repeat(31), r#","c":true}"#.repeat(31));
    let expected = format!(r#"{{"a":{open}true{close}}}"#);
    assert_eq!(reads("($t := a; ($t := $t.b; $t.c))"), expected);
    check(&[("($t := a; ($t := $t.b; $t := $t.c; $t.d))", "true")]);
}
