//! What was measured last → the page about performance.

use anyhow::{Context, Result};

use crate::bench::growth;
use crate::bench::report::{Report, Row};
use crate::bench::table::TABLES;

const PAGE: &str = include_str!("performance.md");
const REPORT: &str = include_str!("../../../docs/performance.json");

/// The page with its tables.
pub(super) fn page() -> Result<String> {
    let report: Report<Row> =
        Report::from_json(REPORT).context("docs/performance.json")?;
    let mut page = PAGE
        .replace("{{conditions}}", &report.conditions())
        .replace("{{growth-conditions}}", &growth::conditions()?);
    for table in TABLES {
        page = page
            .replace(&format!("{{{{{}}}}}", table.name), table.of(&report).trim_end());
    }
    Ok(page)
}
