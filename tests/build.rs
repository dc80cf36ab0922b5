//! Copies the README's Rust examples to where the crate includes them as doctests.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=../README.md");
    println!("cargo::rerun-if-changed=build.rs");
    let readme = fs::read_to_string("../README.md").unwrap_or_default();
    let mut examples = String::new();
    let mut inside = false;
    for line in readme.lines() {
        let opens = line.starts_with("```rust");
        if inside || opens {
            examples.push_str(line);
            examples.push('\n');
        }
        inside = opens || (inside && !line.starts_with("```"));
    }
    let folder = env::var_os("OUT_DIR").unwrap_or_default();
    fs::write(Path::new(&folder).join("readme.md"), examples)
}
