//! Sources as long as they may be: compiling is soon done, on a stack of any size.

use expr_core::{Profile, Program};
use std::time::{Duration, Instant};

/// Of every part so many are within the limits, and so many are more than any source may
/// have.
const COUNTS: [usize; 2] = [8_000, 100_000];
/// Milliseconds are expected; a compiler whose time grows with the square takes longer.
const ALLOWED: Duration = Duration::from_secs(5);

/// What a short source is compiled in, with much to spare.
const SOON: Duration = Duration::from_millis(500);

/// Text before, the part that is repeated, text after, and the code of the error in which a
/// long one ends.
type Shape = (&'static str, &'static str, &'static str, &'static str);

const SHAPES: &[Shape] = &[
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
    ("[1", ",function($x){$x}", "]", ""),
    ("1", "+1", "", ""),
    ("", "(", "", "R0004"),
    ("", "[", "", "R0004"),
    ("", "-", "", "R0004"),
    ("/", "a", "/", ""),
    ("/a", "|b", "/", ""),
    ("function($x)<", "a<", "s>{1}", "S0202"),
];

fn code(source: &str) -> &'static str {
    let compiled = Program::compile(source.into(), Profile::Jsonata);
    compiled.err().map_or("", |error| error.code())
}

#[test]
fn a_long_source_soon_ends_in_a_program_or_an_error_that_says_why() {
    for shape in SHAPES {
        for count in COUNTS {
            let &(before, part, after, wanted) = shape;
            let source = [before, &part.repeat(count), after].concat();
            let started = Instant::now();
            let code = code(&source);
            let took = started.elapsed();
            assert!(took < ALLOWED, "{shape:?} took {took:?}");
            let limited = ["R0006", "R0008"].contains(&code) && count > 50_000 / 6;
            assert!(code == wanted || limited, "{shape:?}: {code}");
        }
    }
}

#[test]
fn choices_inside_choices_are_compiled_once() {
    for (before, operator) in [("", "?:"), ("", "??"), ("$exists := 1; ", "??")] {
        let nested =
            ["(".repeat(30), "$len(a)".into(), format!(" {operator} b)").repeat(30)];
        let source = format!("({before}{})", nested.concat());
        for profile in [Profile::Jsonata, Profile::Workflow] {
            let started = Instant::now();
            let compiled = Program::compile(source.as_str().into(), profile);
            let took = started.elapsed();
            assert!(took < SOON, "{before}{operator} took {took:?}");
            // The contract knows no `$exists`, which `??` stands for.
            if profile == Profile::Jsonata || operator == "?:" {
                assert!(compiled.is_ok(), "{before}{operator}");
            }
        }
    }
}

#[test]
fn parents_that_climb_far_are_refused() {
    let climbing = |count| ["a", &".a".repeat(count), &".%".repeat(count)].concat();
    assert_eq!(code(&climbing(10_000)), "R0007");
    assert_eq!(code(&climbing(500)), "");
}
