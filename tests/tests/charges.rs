//! Steps and bytes of every shared vector and every fixture are what they were.
//!
//! `cargo xtask bless` sets `BLESS_CHARGES`, and then the record is written instead.

use expr_tests::charges::Charges;
use expr_tests::corpus::FIXTURES;
use expr_tests::fixture::read_all;
use expr_tests::subject;
use std::path::Path;
use std::time::Duration;
use std::{env, fs};

const RECORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/charges.snap");
const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors");

#[test]
fn every_case_spends_what_it_did() {
    let mut record = Charges::parse(&fs::read_to_string(RECORD).unwrap_or_default());
    let mut native = subject::start("native", Duration::from_secs(30)).unwrap();
    for (corpus, folder) in [("fixtures", FIXTURES), ("vectors", VECTORS)] {
        if !Path::new(folder).is_dir() {
            println!("SKIPPED: the {corpus} are not here");
            continue;
        }
        let cases = read_all(&[folder.into()]).unwrap();
        let run = Charges::of(corpus, &cases, native.as_mut()).unwrap();
        if env::var_os("BLESS_CHARGES").is_some() {
            record.take(run);
            fs::write(RECORD, record.to_text()).unwrap();
            continue;
        }
        let changes = record.changes(&run);
        assert!(changes.is_empty(), "steps or bytes changed:\n{}", changes.join("\n"));
    }
}
