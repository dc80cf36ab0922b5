//! npm `jsonata`, which answers random cases as it answers the fixtures.

use super::Case;
use crate::fixture::{Check, Expect, ExpectedDecision, expected, expected_decision};
use crate::json::Json;
use crate::process::Responder;
use crate::subject::Crash;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const ORACLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../parity-fixtures/oracle");
const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../parity-fixtures/oracle/serve.mjs");

/// The divergences that can be taken out of the reference, to see whether a difference
/// goes with them: each alone, then all.
pub(super) const REMEDIES: [&[&str]; 12] = [
    &["concurrent-members"],
    &["regex-clone"],
    &["raw-function"],
    &["late-selection"],
    &["host-text"],
    &["shared-mutation"],
    &["evaluated-once"],
    &["helper-rebinding"],
    &["foreign-call"],
    &["marker-key"],
    &["non-finite"],
    &[
        "concurrent-members",
        "regex-clone",
        "raw-function",
        "late-selection",
        "host-text",
        "shared-mutation",
        "evaluated-once",
        "helper-rebinding",
        "foreign-call",
        "marker-key",
        "non-finite",
    ],
];

/// Puts the reference where the oracle finds it. False if npm cannot install it.
pub fn install() -> bool {
    if Path::new(ORACLE).join("node_modules/jsonata").is_dir() {
        return true;
    }
    let install = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(ORACLE)
        .status();
    install.is_ok_and(|status| status.success())
}

/// What the reference says.
pub(super) struct Answered {
    /// What we should answer.
    pub(super) expect: Expect,
    /// What validation should say, in the profile of the contract.
    pub(super) check: Option<Check>,
    /// The divergence by which a result that JSON cannot hold is refused here.
    pub(super) refused: Option<&'static str>,
}

/// The reference in a process, which is replaced when a case takes too long.
pub(super) struct Reference(Responder);

impl Reference {
    pub(super) fn start(time_limit: Duration) -> Result<Self, String> {
        Ok(Reference(Responder::node(SCRIPT, time_limit)?))
    }

    /// What should be decided; a crash if it takes too long.
    pub(super) fn decide(&mut self, request: &str) -> Result<ExpectedDecision, Crash> {
        let answer = self.0.ask(&format!("{{\"decide\":{request}}}"))?;
        expected_decision(answer).map_err(Crash)
    }

    /// What the reference says without some divergences; a crash if it takes too long.
    pub(super) fn ask(
        &mut self,
        case: &Case,
        without: &[&str],
    ) -> Result<Answered, Crash> {
        let source = Json::text(&case.source.to_string()).to_canonical();
        let context = match &case.context {
            Some(context) => format!(",\"context\":{context}"),
            None => String::new(),
        };
        let question = format!(
            "{{\"source\":{source},\"profile\":\"{}\",\"without\":{without:?}{context}}}",
            case.profile
        );
        let answer = self.0.ask(&question)?;
        let expect = answer.get("expect").ok_or(Crash("no answer".to_owned()))?;
        let member = |name| answer.get(name).cloned();
        let check =
            Check::new(member("normalized"), member("functions"), member("validate"));
        let text = expect.to_canonical();
        let markers = [
            ("{\"$num\":", "non-finite"),
            ("{\"$fn\":", "function-result"),
            ("{\"$regex\":", "function-result"),
            ("{\"$undefined\":", "undefined-inside"),
            ("{\"$cycle\":", "cycle"),
        ];
        let refused = markers.iter().find(|(marker, _)| text.contains(marker));
        Ok(Answered {
            expect: expected(expect.clone()).map_err(Crash)?,
            check: check.map_err(Crash)?,
            refused: refused.map(|(_, name)| *name),
        })
    }
}
