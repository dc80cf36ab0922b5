//! Random expressions have the answers of the reference.

use expr_tests::differential::{PAIRS, Run, install, run};

/// Committed, so that a run can be repeated; `cargo xtask differential` tries others.
const SEEDS: [u64; 2] = [1, 20_261_122];
const CASES: usize = 1_000;

#[test]
fn random_cases_have_the_answer_of_the_reference() {
    if !install() {
        println!("SKIPPED: npm cannot install the reference, so nothing was compared");
        return;
    }
    for pair in &PAIRS {
        for seed in SEEDS {
            let tally = run(pair, Run { seed, cases: CASES, positions: false })
                .expect("both sides start");
            println!("{} (seed {seed})", tally.summary(pair.name));
            assert!(tally.different.is_empty(), "{}", tally.different.join("\n\n"));
            assert!(tally.equal > CASES / 2, "too few answers were compared");
        }
    }
}
