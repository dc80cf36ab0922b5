//! What checks of definitions find, and how tools want to read it.

use host_wasmtime::{DIGEST, Estimate, Most};
use serde::Serialize;
use serde_json::{Value, json};

/// The rule of an expression whose source does not bound what it costs.
pub(crate) const UNBOUNDED: &str = "UNBOUNDED_COST";

/// Something about one expression or one place of a definition.
#[derive(Serialize)]
pub(crate) struct Finding {
    pub(crate) file: String,
    /// JSON pointer of the place in the file.
    pub(crate) pointer: String,
    pub(crate) severity: Severity,
    /// The code of a diagnostic, or the name of a divergence.
    pub(crate) rule: String,
    pub(crate) message: String,
    /// In the expression, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u64>,
    /// In the expression, in UTF-16 units from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) suggestion: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    Error,
    Warning,
    Note,
}

impl Severity {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

impl Finding {
    /// A diagnostic of the module, about `file`.
    pub(crate) fn of_diagnostic(file: &str, diagnostic: &Value) -> Self {
        let text = |name| diagnostic.get(name).and_then(Value::as_str);
        let number = |name| diagnostic.get(name).and_then(Value::as_u64);
        let severity = match text("severity") {
            Some("warning") => Severity::Warning,
            _ => Severity::Error,
        };
        Finding {
            file: file.to_owned(),
            pointer: text("pointer").unwrap_or_default().to_owned(),
            severity,
            rule: text("code").unwrap_or_default().to_owned(),
            message: text("message").unwrap_or_default().to_owned(),
            line: number("line"),
            column: number("column"),
            suggestion: text("suggestion").map(str::to_owned),
        }
    }

    /// What an expression of `file` will cost, by an item of `estimates`.
    pub(crate) fn of_estimate(file: &str, estimate: &Value) -> Option<Self> {
        let pointer = estimate.get("pointer")?.as_str()?.to_owned();
        let estimate: Estimate = serde_json::from_value(estimate.clone()).ok()?;
        let rule = match estimate.max {
            Most::Unbounded(_) => UNBOUNDED,
            Most::Steps(_) | Most::Grows(_) => "ESTIMATE",
        };
        Some(Finding {
            file: file.to_owned(),
            pointer,
            severity: Severity::Note,
            rule: rule.to_owned(),
            message: estimate.to_string(),
            line: None,
            column: None,
            suggestion: None,
        })
    }

    /// A line, and another with the suggestion.
    pub(crate) fn to_text(&self) -> String {
        let Finding { file, pointer, rule, message, .. } = self;
        let place = match (self.line, self.column) {
            (Some(line), Some(column)) => format!(":{line}:{column}"),
            _ => String::new(),
        };
        let severity = self.severity.as_str();
        let advice = self.suggestion.as_ref();
        let advice =
            advice.map_or(String::new(), |it| format!("\n  did you mean `{it}`?"));
        format!("{file}{pointer}{place}: {severity}[{rule}] {message}{advice}")
    }
}

/// The findings as a SARIF 2.1.0 log, which code hosts show at the files. A place inside of
/// a definition is a pointer, and no line of the file.
pub(crate) fn to_sarif(findings: &[Finding]) -> String {
    let mut rules: Vec<&str> = findings.iter().map(|it| it.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    let rules: Vec<Value> = rules.into_iter().map(|id| json!({ "id": id })).collect();
    let results: Vec<Value> = findings.iter().map(result).collect();
    let driver = json!({
        "name": "expr",
        "version": env!("CARGO_PKG_VERSION"),
        "properties": { "artifact": DIGEST },
        "rules": rules,
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": driver }, "results": results }],
    })
    .to_string()
}

fn result(finding: &Finding) -> Value {
    let mut message = finding.message.clone();
    if let (Some(line), Some(column)) = (finding.line, finding.column) {
        message.push_str(&format!(" (line {line}, column {column} of the expression)"));
    }
    if let Some(suggestion) = &finding.suggestion {
        message.push_str(&format!("; did you mean `{suggestion}`?"));
    }
    json!({
        "ruleId": finding.rule,
        "level": finding.severity.as_str(),
        "message": { "text": message },
        "locations": [{
            "physicalLocation": { "artifactLocation": { "uri": uri(&finding.file) } },
            "logicalLocations": [{ "fullyQualifiedName": finding.pointer }],
        }],
    })
}

/// A path as a relative reference: what has a meaning in one is escaped.
fn uri(path: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(byte);
    path.bytes()
        .map(|byte| match plain(&byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("a/b-1.json"), "a/b-1.json");
        assert_eq!(uri("a b/é#.json"), "a%20b/%C3%A9%23.json");
    }
}
