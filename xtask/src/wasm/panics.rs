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
    let segments: Vec<_> = module.data.iter().map(Data::id).collect();
    for segment in segments {
        let segment = module.data.get_mut(segment);
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } =
            segment.kind
        else {
            continue;
        };
        let start = usize::try_from(start)?;
        let data = &mut segment.value;
        let starts = (0..data.len()).step_by(4);
        let places = starts.filter_map(|at| place_at(data, start, at));
        for range in places.flatten().collect::<Vec<_>>() {
            if let Some(bytes) = data.get_mut(range) {
                bytes.fill(0);
            }
        }
    }
    Ok(())
}

/// The place that is at `at`, a `core::panic::Location`, and its path: where the path lies
/// in memory, how long it is, a line, and a column. Nothing else in the module points to
/// the name of a source file.
fn place_at(data: &[u8], start: usize, at: usize) -> Option<[Range<usize>; 2]> {
    let place = data.get(at..)?.first_chunk::<16>()?;
    let [from, len, ..] = place.as_chunks::<4>().0 else { return None };
    let word = |bytes: &[u8; 4]| usize::try_from(u32::from_le_bytes(*bytes)).ok();
    let from = word(from)?.checked_sub(start)?;
    let path = from..from.checked_add(word(len)?)?;
    let is_source = data.get(path.clone())?.ends_with(b".rs");
    is_source.then_some([at..at.checked_add(place.len())?, path])
}
