//! The host of a run, with machine code that an earlier run has left.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use host_wasmtime::{Host, Settings};

use super::render;

/// A host; with `no_cache` it compiles the module anew.
pub(crate) fn host(no_cache: bool) -> Result<Host, String> {
    let cache = match no_cache {
        true => None,
        false => directory(env::var_os("XDG_CACHE_HOME"), env::var_os("HOME")),
    };
    Host::with_settings(Settings { cache, ..Settings::default() })
        .map_err(|error| render::message(&error.to_string()))
}

/// Where machine code is kept, as the XDG Base Directory Specification has it: a relative
/// path is none.
fn directory(cache: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute =
        |path: OsString| Some(PathBuf::from(path)).filter(|it| it.is_absolute());
    cache
        .and_then(absolute)
        .or_else(|| Some(home.and_then(absolute)?.join(".cache")))
        .map(|caches| caches.join("workflow-expr"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_lies_where_the_user_wants_it() {
        let found = |cache: Option<&str>, home: Option<&str>| {
            directory(cache.map(OsString::from), home.map(OsString::from))
        };
        let path = |path: &str| Some(PathBuf::from(path));
        assert_eq!(found(Some("/c"), Some("/h")), path("/c/workflow-expr"));
        assert_eq!(found(None, Some("/h")), path("/h/.cache/workflow-expr"));
        assert_eq!(found(Some("c"), Some("/h")), path("/h/.cache/workflow-expr"));
        assert_eq!(found(Some(""), None), None);
    }
}
