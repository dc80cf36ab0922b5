//! stub
use super::ask::{Answered, Ask};
/// stub
pub(crate) fn document(ask: &mut Ask) -> Answered {
    ask.out.raw("{}");
    Ok(())
}
