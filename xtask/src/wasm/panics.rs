//! A panic of the module is a trap: what it would say, and where, is never read.

use std::ops::Range;

use anyhow::{Result, ensure};
use walrus::ir::{Unreachable, Value};
use walrus::{ConstExpr, Data, DataKind, FunctionKind, InstrLocId, Module};

/// Functions that never return but end in the panic handler, which is a trap, and those
/// that would write the numbers and texts of its message.
const PANICS: [&str; 9] = [
    "4core9panicking",
    "slice_index_fail",
    "len_mismatch_fail",
    "expect_failed",
    "assert_failed",
    "7raw_vec12handle_error",
    "capacity_overflow",
    "handle_alloc_error",
    "7Display3fmt",
];

/// What every `format!` goes through. The handler of panics does not read its message, so a
/// module that formats nothing itself has no such function.
const FORMATTING: &str = "4core3fmt5write";

/// Makes every panic the trap that it ends in.
pub(super) fn cut(module: &mut Module) -> Result<()> {
    let mut missing = PANICS.to_vec();
    for function in module.funcs.iter_mut() {
        let name = function.name.as_deref().unwrap_or_default();
        ensure!(!name.contains(FORMATTING), "the module formats text with `core::fmt`");
        let Some(panic) = PANICS.iter().find(|panic| name.contains(**panic)) else {
            continue;
        };
        if let FunctionKind::Local(local) = &mut function.kind {
            let entry = local.entry_block();
            let trap = (Unreachable {}.into(), InstrLocId::default());
            local.block_mut(entry).instrs = vec![trap];
            missing.retain(|name| name != panic);
        }
    }
    // Another compiler may have other names, and a module without any has lost them.
    ensure!(
        missing.is_empty(),
        "no function of the module is called {}: update the list of panics",
        missing.join(", ")
    );
    cut_places(module)
}

/// Makes the places in the source that panics name zeros, which the optimizer leaves out.
fn cut_places(module: &mut Module) -> Result<()> {
    let mut paths = Vec::new();
    let segments: Vec<_> = module.data.iter().map(Data::id).collect();
    for segment in segments {
        let segment = module.data.get_mut(segment);
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } =
            segment.kind
        else {
            continue;
        };
        let start = usize::try_from(start)?;
        for at in (0..segment.value.len()).step_by(4) {
            if let Some(path) = path_of_place(&segment.value, start, at) {
                fill(&mut segment.value, at..at + PLACE);
                paths.push(path);
            }
        }
        // Places share their paths, so these go last.
        for path in paths.drain(..) {
            fill(&mut segment.value, path);
        }
    }
    Ok(())
}

/// The size of a `core::panic::Location`.
const PLACE: usize = 16;

/// A place is where a path lies in memory and how long it is, a line, and a column. Nothing
/// else in the module points to the name of a source file.
fn path_of_place(data: &[u8], start: usize, at: usize) -> Option<Range<usize>> {
    let place = data.get(at..at + PLACE)?;
    let word = |n: usize| {
        let bytes = place.get(4 * n..4 * n + 4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    let from = word(0)?.checked_sub(start)?;
    let path = from..from.checked_add(word(1)?)?;
    data.get(path.clone())?.ends_with(b".rs").then_some(path)
}

fn fill(data: &mut [u8], range: Range<usize>) {
    if let Some(bytes) = data.get_mut(range) {
        bytes.fill(0);
    }
}
