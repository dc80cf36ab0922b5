//! The engine's tables → pages of documentation, which therefore cannot go stale.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Result, ensure};
use expr_core::CATALOG;
use expr_wasm::error::Refusal;

use crate::workspace::{Workspace, write};

const ERRORS: &str = "docs/errors.md";

/// Writes every generated page.
pub(crate) fn generate(workspace: &Workspace) -> Result<()> {
    write(&workspace.path(ERRORS), errors())?;
    println!("wrote {ERRORS}");
    Ok(())
}

/// Fails when a page is not what would be generated now.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let page = fs::read_to_string(workspace.path(ERRORS)).unwrap_or_default();
    ensure!(page == errors(), "{ERRORS} is stale: run `cargo xtask docs`");
    Ok(())
}

fn errors() -> String {
    let mut page = String::from(
        "# Errors\n\n\
         Every code that the engine and the module can answer with; a code never changes its \
         meaning.\n\
         Generated from the catalogue by `cargo xtask docs`.\n\n\
         | code | class | message | help |\n|---|---|---|---|\n",
    );
    for entry in CATALOG {
        row(&mut page, entry.code, entry.class.as_str(), entry.message, entry.help);
    }
    for refusal in Refusal::samples() {
        row(&mut page, refusal.code(), "wire", &refusal.message(), refusal.help());
    }
    page
}

fn row(page: &mut String, code: &str, class: &str, message: &str, help: Option<&str>) {
    let [message, help] =
        [message, help.unwrap_or_default()].map(|text| text.replace('|', "\\|"));
    // Writing to a string cannot fail.
    let _ = writeln!(page, "| `{code}` | {class} | {message} | {help} |");
}
