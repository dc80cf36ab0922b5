//! Tables of a report, as Markdown: a row a workload, a column an implementation.

use std::fmt::Write as _;

use super::report::{Report, Row};

/// A mode and an implementation.
struct Column {
    title: &'static str,
    mode: &'static str,
    engine: &'static str,
}

const fn column(title: &'static str, mode: &'static str, engine: &'static str) -> Column {
    Column { title, mode, engine }
}

/// A table; the first column is compared with the fastest of the other implementations.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    columns: &'static [Column],
}

/// Every table that is printed and documented.
pub(crate) const TABLES: [Table; 5] = [
    Table {
        name: "native-pre",
        columns: &[
            column("ours", "native-pre", "ours"),
            column("by hand", "native-pre", "hand"),
            column("jsonata-core", "native-pre", "jsonata-core"),
            column("jlens-core", "native-pre", "jlens-core"),
            column("jsonata-rs", "native-pre", "jsonata-rs"),
        ],
    },
    Table {
        name: "native-json",
        columns: &[
            column("ours", "native-json", "ours"),
            column("ours in wasmtime", "wasmtime", "ours"),
            column("by hand", "native-json", "hand"),
            column("jsonata-core", "native-json", "jsonata-core"),
            column("jlens-core", "native-json", "jlens-core"),
            column("jsonata-rs", "native-json", "jsonata-rs"),
        ],
    },
    Table {
        name: "node",
        columns: &[
            column("ours", "node-live", "ours"),
            column("ours, resident", "node-resident", "ours"),
            column("ours, batch", "node-batch", "ours"),
            column("by hand", "node-live", "hand"),
            column("jsonata-js", "node-live", "jsonata-js"),
        ],
    },
    Table {
        name: "compile-native",
        columns: &[
            column("ours", "compile-native", "ours"),
            column("jsonata-core", "compile-native", "jsonata-core"),
            column("jlens-core", "compile-native", "jlens-core"),
            column("jsonata-rs", "compile-native", "jsonata-rs"),
        ],
    },
    Table {
        name: "compile-node",
        columns: &[
            column("ours", "compile-node", "ours"),
            column("jsonata-js", "compile-node", "jsonata-js"),
        ],
    },
];

impl Table {
    /// The table of a report, with the ratios and their summary.
    pub(crate) fn of(&self, report: &Report<Row>) -> String {
        let mut text = String::from("| workload |");
        for column in self.columns {
            let _ = write!(text, " {} |", column.title);
        }
        text.push_str(" ours / fastest peer |\n|---|");
        text.push_str(&"--:|".repeat(self.columns.len()));
        text.push_str("--:|\n");
        let mut ratios = Vec::new();
        for workload in workloads(report) {
            let rows: Vec<Option<&Row>> =
                self.columns.iter().map(|column| column.row(report, workload)).collect();
            // A table of one mode may be of workloads that were not measured in it.
            if rows.iter().all(Option::is_none) {
                continue;
            }
            let _ = write!(text, "| `{workload}` |");
            for row in &rows {
                let _ = write!(text, " {} |", row.map_or_else(String::new, cell));
            }
            let ratio = self.ratio(&rows);
            let shown = ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
            let _ = writeln!(text, " {shown} |");
            ratios.extend(ratio);
        }
        if !ratios.is_empty() {
            let _ = writeln!(text, "\n{}", summary(&ratios));
        }
        text
    }

    /// Ours over the fastest of those that answer right.
    fn ratio(&self, rows: &[Option<&Row>]) -> Option<f64> {
        let ours = rows.first().copied().flatten()?.median_ns?;
        let peers = rows.iter().flatten().filter(|row| row.is_right_peer());
        let fastest = peers.filter_map(|row| row.median_ns).reduce(f64::min)?;
        Some(ours / fastest)
    }
}

impl Column {
    fn row<'a>(&self, report: &'a Report<Row>, workload: &str) -> Option<&'a Row> {
        report.rows.iter().find(|row| {
            row.workload == workload && row.mode == self.mode && row.engine == self.engine
        })
    }
}

impl Row {
    fn is_right_peer(&self) -> bool {
        self.correct && self.engine != "ours" && self.engine != "hand"
    }
}

/// The names in their first order.
fn workloads(report: &Report<Row>) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for row in &report.rows {
        if !names.contains(&row.workload.as_str()) {
            names.push(&row.workload);
        }
    }
    names
}

fn cell(row: &Row) -> String {
    let Some(ns) = row.median_ns else { return "none".to_owned() };
    let time = match ns {
        ..1e3 => format!("{ns:.0} ns"),
        ..1e6 => format!("{:.2} µs", ns / 1e3),
        _ => format!("{:.2} ms", ns / 1e6),
    };
    if row.correct { time } else { format!("{time} (wrong)") }
}

fn summary(ratios: &[f64]) -> String {
    let sum: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    let count = ratios.len();
    let mean = (sum / f64::from(u32::try_from(count).unwrap_or(u32::MAX))).exp();
    let largest = ratios.iter().copied().fold(f64::NAN, f64::max);
    let slower = ratios.iter().filter(|&&ratio| ratio > 1.0).count();
    format!(
        "Geometric mean of the ratios {mean:.2}, largest {largest:.2}; above 1 in {slower} \
         of {count}."
    )
}
