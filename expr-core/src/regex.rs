//! stub
#[derive(Debug)]
pub(crate) struct Regex;
