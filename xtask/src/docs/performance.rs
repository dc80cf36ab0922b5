//! What was measured last → the page about performance.

use anyhow::{Context, Result};

use crate::bench::report::{Report, Row};
use crate::bench::table::TABLES;
use crate::bench::{growth, marshal, start};

const PAGE: &str = include_str!("performance.md");
const REPORT: &str = include_str!("../../../docs/performance.json");

/// The page with its tables.
pub(super) fn page() -> Result<String> {
    let report: Report<Row> =
        Report::from_json(REPORT).context("docs/performance.json")?;
    let (marshal, marshal_conditions) = marshal::table()?;
    let (start, start_conditions) = start::table()?;
    let mut page = PAGE
        .replace("{{conditions}}", &report.conditions())
        .replace("{{growth-conditions}}", &growth::conditions()?)
        .replace("{{marshal}}", marshal.trim_end())
        .replace("{{marshal-conditions}}", &marshal_conditions)
        .replace("{{start}}", start.trim_end())
        .replace("{{start-conditions}}", &start_conditions);
    for table in TABLES {
        page = page
            .replace(&format!("{{{{{}}}}}", table.name), table.of(&report).trim_end());
    }
    Ok(page)
}
