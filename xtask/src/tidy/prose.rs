//! Markdown paragraphs have one sentence a line, so that a change shows as its sentence.

use super::{Complaint, File};

/// Abbreviations whose full stop ends no sentence.
const ABBREVIATIONS: [&str; 5] = ["e.g.", "i.e.", "etc.", "vs.", "no."];

pub(super) fn check(file: &File<'_>) -> Vec<Complaint> {
    if !file.path.ends_with(".md") {
        return Vec::new();
    }
    let mut complaints = Vec::new();
    let mut in_code = false;
    let mut continues = false;
    for (index, line) in file.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            continues = false;
            continue;
        }
        if in_code || !is_paragraph(line) {
            continues = false;
            continue;
        }
        if sentences(line) > 1 {
            complaints.push(Complaint::new(index, "two sentences on one line"));
        }
        if continues && line.trim_start().starts_with(char::is_lowercase) {
            complaints
                .push(Complaint::new(index, "a sentence goes on from the line above"));
        }
        continues = !line.ends_with(['.', ':', '!', '?', ')']);
    }
    complaints
}

/// Headings, tables and quoted or indented lines have rules of their own.
fn is_paragraph(line: &str) -> bool {
    !line.is_empty()
        && !line.starts_with(['#', '|', '>', '<'])
        && !line.starts_with("    ")
}

/// How many sentences start on a line: one, and each capital behind a full stop.
fn sentences(line: &str) -> usize {
    let line = without_code(line);
    let mut count = 1_usize;
    let words: Vec<&str> = line.split(' ').collect();
    for pair in words.windows(2) {
        let [end, start] = pair else { continue };
        let ends = end.len() > 2
            && end.ends_with(['.', '!', '?'])
            && !end.trim_end_matches(['.', '!', '?']).chars().all(|c| c.is_ascii_digit())
            && !ABBREVIATIONS.contains(end);
        if ends && start.starts_with(char::is_uppercase) {
            count = count.saturating_add(1);
        }
    }
    count
}

/// The line with its code left out, whose full stops end no sentences.
fn without_code(line: &str) -> String {
    line.split('`')
        .enumerate()
        .map(|(index, part)| if index % 2 == 0 { part } else { "code" })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(text: &str) -> usize {
        check(&File { path: "README.md", text }).len()
    }

    #[test]
    fn one_sentence_a_line() {
        assert_eq!(complaints("One sentence.\nAnother one.\n"), 0);
        assert_eq!(complaints("One sentence. Another one.\n"), 1);
        assert_eq!(complaints("It reads `a. B` and goes on.\n"), 0);
        assert_eq!(complaints("1. First of a list.\n2. Second.\n"), 0);
    }

    #[test]
    fn a_sentence_stays_on_its_line() {
        assert_eq!(complaints("A sentence that is\nwrapped by hand.\n"), 1);
        assert_eq!(complaints("A list:\n- one\n- two\n"), 0);
    }

    #[test]
    fn code_and_tables_are_left_alone() {
        assert_eq!(complaints("```\nOne. Two. Three\nfour\n```\n"), 0);
        assert_eq!(complaints("| One. Two |\n"), 0);
    }
}
