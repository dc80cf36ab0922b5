//! Errors as a person reads them: the message, the place in the source, what to do.

use std::io::{self, IsTerminal as _};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use host_wasmtime::{EngineError, Span};

/// An error of the engine, with the place that it points at.
pub(crate) fn engine_error(source: &str, error: &EngineError) -> String {
    let title = Level::ERROR.primary_title(&error.message).id(&error.code);
    let mut group = Group::with_title(title);
    if let Some(span) = error.span {
        let place = AnnotationKind::Primary.span(bytes_of(source, span));
        group =
            group.element(Snippet::source(source).path("expression").annotation(place));
    }
    if let Some(help) = &error.help {
        group = group.element(Level::HELP.message(help));
    }
    if let Some(suggestion) = &error.suggestion {
        let advice = format!("did you mean `{suggestion}`?");
        group = group.element(Level::HELP.message(advice));
    }
    renderer().render(&[group])
}

/// A message without a place.
pub(crate) fn message(text: &str) -> String {
    renderer().render(&[Group::with_title(Level::ERROR.primary_title(text))])
}

/// Colours are for people: none in a pipe, and none for who asks for none.
fn renderer() -> Renderer {
    let plain = !io::stderr().is_terminal() || std::env::var_os("NO_COLOR").is_some();
    if plain { Renderer::plain() } else { Renderer::styled() }
}

/// The range of bytes that a range of UTF-16 units covers.
fn bytes_of(source: &str, span: Span) -> Range<usize> {
    let start = byte_of(source, span.start);
    start..byte_of(source, span.end).max(start)
}

fn byte_of(source: &str, unit: u32) -> usize {
    let mut units = 0_u64;
    for (byte, character) in source.char_indices() {
        if units >= u64::from(unit) {
            return byte;
        }
        units = units.saturating_add(if character > '\u{ffff}' { 2 } else { 1 });
    }
    source.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_units_become_bytes() {
        let source = "a😀é";
        let bytes = |start, end| bytes_of(source, Span { start, end });
        assert_eq!(bytes(0, 1), 0..1);
        assert_eq!(bytes(1, 3), 1..5);
        assert_eq!(bytes(3, 4), 5..7);
        assert_eq!(bytes(4, 9), 7..7);
    }
}
