//! A panic of the module is a trap: what it would say is never read.

use anyhow::{Result, ensure};
use walrus::ir::{Unreachable, Value};
use walrus::{ConstExpr, DataKind, FunctionKind, InstrLocId, Module};

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
    blank_places(module);
    // Another compiler may have other names, and a module without any has lost them.
    ensure!(
        missing.is_empty(),
        "no function of the module is called {}: update the list of panics",
        missing.join(", ")
    );
    Ok(())
}

/// Fills with zeros what would tell the places of panics: names of source files, and in
/// every place the address and the length of one, a line and a column.
fn blank_places(module: &mut Module) {
    let segments: Vec<_> = module.data.iter().map(|data| data.id()).collect();
    for segment in segments {
        let data = module.data.get_mut(segment);
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } =
            data.kind
        else {
            continue;
        };
        let bytes = data.value.clone();
        let in_file = |address: u32, length: u32| {
            let first =
                usize::try_from(address.checked_sub(start.cast_unsigned())?).ok()?;
            let name = first..first.checked_add(usize::try_from(length).ok()?)?;
            bytes.get(name.clone())?.ends_with(b".rs").then_some(name)
        };
        for (nth, place) in bytes.windows(16).enumerate().step_by(4) {
            let (words, _) = place.as_chunks();
            let [address, length, ..] = *words else { continue };
            let name = in_file(u32::from_le_bytes(address), u32::from_le_bytes(length));
            let Some(name) = name else { continue };
            for range in [name, nth..nth.saturating_add(place.len())] {
                data.value.get_mut(range).unwrap_or_default().fill(0);
            }
        }
    }
}
