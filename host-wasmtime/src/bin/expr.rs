//! The command `expr`.
fn main() {}
