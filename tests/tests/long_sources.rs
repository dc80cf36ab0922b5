//! Sources as long as they may be: compiling takes time and stack in proportion to them.

use expr_core::{Profile, Program};
use std::time::{Duration, Instant};

/// Of every repeated part so many. What takes milliseconds in proportion would take minutes
/// if it grew with the square, so the time allowed can be wide.
const COUNT: usize = 100_000;
const ALLOWED: Duration = Duration::from_secs(20);

/// Text before, the part that is repeated, text after, and the code of the error that ends it.
const SHAPES: &[(&str, &str, &str, &str)] = &[
    ("a", ".a", "", ""),
    ("a", ".(b.c)", "", ""),
    ("a", ".b@$x", "", ""),
    ("a", "#$i", "", ""),
    ("a", "[0]", "", ""),
    ("a", "^(b)", "", ""),
    ("*", ".**", "", ""),
    ("a.b.[1", ",%", "]", "R0007"),
    ("$f(?", ",?", ")", ""),
    ("$f(1", ",1", ")", ""),
    ("f", "()", "", ""),
    ("a", "~>$f", "", ""),
    ("", "x?1:", "1", "R0004"),
    ("", "$a:=", "1", "R0004"),
    ("(", "$a:=1;", "$a)", ""),
    ("[1", ",function($x){$x}", "]", "R0006"),
    ("1", "+1", "", ""),
    ("", "(", "", "R0004"),
    ("", "[", "", "R0004"),
    ("", "-", "", "R0004"),
    ("/", "a", "/", ""),
    ("/a", "|b", "/", ""),
    ("function($x)<", "a<", "s>{1}", "S0202"),
];

#[test]
fn compiling_takes_time_in_proportion_to_the_source() {
    for &(before, part, after, wanted) in SHAPES {
        let source = [before, &part.repeat(COUNT), after].concat();
        let started = Instant::now();
        let code = match Program::compile(source.as_str().into(), Profile::Jsonata) {
            Ok(_) => "",
            Err(error) => error.code(),
        };
        let took = started.elapsed();
        assert_eq!(code, wanted, "{before}{part}…{after}");
        assert!(took < ALLOWED, "{before}{part}…{after} took {took:?}");
    }
}

#[test]
fn parents_that_climb_far_are_refused() {
    let source = ["a", &".a".repeat(COUNT), &".%".repeat(COUNT)].concat();
    let error = Program::compile(source.as_str().into(), Profile::Jsonata).err();
    assert_eq!(error.map(|error| error.code()), Some("R0007"));
    let source = ["a", &".a".repeat(100), &".%".repeat(99)].concat();
    assert!(Program::compile(source.as_str().into(), Profile::Jsonata).is_ok());
}
