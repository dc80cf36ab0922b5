//! Folders of JSON files.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The `.json` files at or below `path`, in the order of their names.
pub(crate) fn json_files(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut pending = vec![path.to_owned()];
    while let Some(path) = pending.pop() {
        if fs::metadata(&path)?.is_dir() {
            for entry in fs::read_dir(&path)? {
                let entry = entry?;
                let json = entry.path().extension().is_some_and(|it| it == "json");
                // A link to a folder may lead back to where it is.
                if json || entry.file_type()?.is_dir() {
                    pending.push(entry.path());
                }
            }
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
