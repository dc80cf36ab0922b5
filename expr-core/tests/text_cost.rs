//! Comparing texts is charged for their length, so that long ones cannot be compared again
//! and again for next to nothing.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use expr_core::{Inputs, Limits, Profile, Program};

/// Steps of an expression over two equal texts of that many units.
fn steps(source: &str, length: usize) -> u64 {
    let source = format!(
        "($a := $pad('', {length}, 'x'); $b := 'x' & $pad('', {length} - 1, 'x'); {source})"
    );
    let program = Program::compile(source.as_str().into(), Profile::Jsonata).unwrap();
    let evaluation = program.evaluate(&mut Inputs::new(), Limits::default());
    evaluation.outcome.unwrap();
    evaluation.spent.steps
}

#[test]
fn long_texts_cost_more_in_every_comparison() {
    let (short, long) = (32, 32 * 101);
    // Making the texts costs this much more.
    let made = steps("1", long) - steps("1", short);
    for source in ["$a = $b", "$a in $b", "$a in [$b]", "$a < $b", "$count([$a, $b]^($))"]
    {
        let more = steps(source, long) - steps(source, short);
        assert_eq!(more, made + 100, "{source}");
    }
    // Lengths tell that these differ.
    let source = "$a = ($b & 'y')";
    let more = steps(source, long) - steps(source, short);
    assert_eq!(more, made + 100, "only `&` reads the text of {source}");
}
