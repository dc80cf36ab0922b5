//! What authors may call, for editors and pages of documentation.

use super::ask::{Answered, Ask};
use crate::builtin::{DESCRIBED, Described};

/// Lists the helpers.
pub(crate) fn functions(ask: &mut Ask) -> Answered {
    let out = &mut ask.out;
    out.raw("{").name("contract").text(super::VERSION).name("functions").raw("[");
    for Described { name, signature, summary, example } in &DESCRIBED {
        out.item().raw("{").name("name").text(name);
        out.name("signature").text(signature).name("description").text(summary);
        out.name("example").text(example.0).name("result").text(example.1).raw("}");
    }
    out.raw("]}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_helper_is_listed_in_order() {
        assert_eq!(DESCRIBED.map(|helper| helper.name), super::super::HELPERS);
    }
}
