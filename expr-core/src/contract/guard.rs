//! What a result may be: JSON of limited size.

use crate::error::{Error, ErrorKind, Result};
use crate::text;

/// The largest result, in UTF-16 units of its JSON text.
const MAX_OUTPUT: usize = 262_144;

/// Checks the JSON text of a result.
pub(crate) fn guard(json: &[u8]) -> Result<()> {
    // A text has at most as many units as bytes, so most results need no counting.
    if json.len() > MAX_OUTPUT && text::utf16_len(json) > MAX_OUTPUT {
        return Err(Error::from(ErrorKind::TooLarge));
    }
    Ok(())
}
