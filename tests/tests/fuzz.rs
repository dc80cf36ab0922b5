//! Every property holds of the inputs that once broke it, and of some that are drawn here.

use expr_tests::fuzz::{PROPERTIES, Run};
use std::time::Duration;

/// Committed, so that a run can be repeated; `cargo xtask fuzz` tries others.
const SEED: u64 = 20_261_123;
const TIME: Duration = Duration::from_secs(3);

#[test]
fn every_property_holds() {
    for property in &PROPERTIES {
        let report = property.run(Run { seed: SEED, time: TIME }).expect("it starts");
        println!("{}", report.summary(property.name));
        assert!(report.broken.is_none(), "{}: {:?}", property.name, report.broken);
        // Most texts are no expression, and most large results are refused.
        assert!(report.held * 4 > report.rejected, "{}: too few inputs", property.name);
    }
}
