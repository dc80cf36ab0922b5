//! Runs the artifact in Rust services.
