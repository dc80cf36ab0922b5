//! The table: one row an expression.

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::host::{Answer, Report};
use crate::plan::Plan;

const WIDEST_SOURCE: usize = 54;
const WIDEST_VALUE: usize = 44;

/// Prints the table; whether every row agrees and none is an error.
pub(crate) fn print(plan: &Plan, reports: &[Report]) -> bool {
    let header = ["expression", "value", "steps", "digest", "agree"].map(str::to_owned);
    let [expression, value, steps, digest, agree] = header;
    let mut rows = vec![vec![expression, value, steps]];
    let hosts = reports.iter().map(|report| report.host.to_owned());
    if let Some(header) = rows.first_mut() {
        header.extend(hosts.chain([digest, agree]));
    }
    let mut notes = Vec::new();
    for (index, case) in plan.cases.iter().enumerate() {
        let answers: Vec<_> =
            reports.iter().filter_map(|report| report.answers.get(index)).collect();
        let agree = answers.len() == reports.len() && all_equal(&answers);
        if !agree {
            notes.extend(explain(&case.path, reports, index));
        }
        rows.push(row(&case.source, &answers, agree));
    }
    print_aligned(&rows);
    for note in &notes {
        println!("{note}");
    }
    notes.is_empty()
}

fn row(source: &str, answers: &[&Answer], agree: bool) -> Vec<String> {
    let (value, steps, digest) = match answers.first() {
        Some(Ok(first)) => {
            (&first.json, first.steps.to_string(), short_digest(&first.json))
        }
        Some(Err(error)) => (error, String::new(), String::new()),
        None => return Vec::new(),
    };
    let mut row =
        vec![shorten(source, WIDEST_SOURCE), shorten(value, WIDEST_VALUE), steps];
    row.extend(answers.iter().map(|answer| match answer {
        Ok(evaluation) => microseconds(evaluation.time),
        Err(_) => "-".to_owned(),
    }));
    row.extend([digest, if agree { "yes" } else { "NO" }.to_owned()]);
    row
}

/// Equal in every byte of the value and in what it cost. An error agrees with nothing,
/// since the demo holds no expression that should fail.
fn all_equal(answers: &[&Answer]) -> bool {
    answers.windows(2).all(|pair| match pair {
        [Ok(one), Ok(other)] => {
            (&one.json, one.steps, one.bytes) == (&other.json, other.steps, other.bytes)
        }
        _ => false,
    })
}

fn explain(path: &str, reports: &[Report], index: usize) -> Vec<String> {
    let answers = reports.iter().map(|report| {
        let answer = match report.answers.get(index) {
            Some(Ok(it)) => {
                format!("{} in {} steps, {} bytes", it.json, it.steps, it.bytes)
            }
            Some(Err(error)) => error.clone(),
            None => "no answer".to_owned(),
        };
        format!("  {:9} {answer}", report.host)
    });
    [format!("\n{path}")].into_iter().chain(answers).collect()
}

/// The first bytes of the value's SHA-256, enough to compare two runs by eye.
fn short_digest(json: &str) -> String {
    Sha256::digest(json).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

fn microseconds(time: Duration) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6)
}

fn shorten(text: &str, widest: usize) -> String {
    if text.chars().count() <= widest {
        return text.to_owned();
    }
    let start: String = text.chars().take(widest.saturating_sub(1)).collect();
    format!("{start}…")
}

fn print_aligned(rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}
