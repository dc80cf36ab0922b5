//! Time and memory of one workload, from JSON text to JSON text.

use crate::engine::{ENGINES, Mode};
use crate::workload::Workload;
use serde_json::{Value, json};
use std::fs;

/// Runs until so many seconds of CPU have gone by, or once.
const ENOUGH_SECONDS: f64 = 0.2;

/// `{"ns": …, "bytes": …}`: the median time, and by how much the memory of the process has
/// grown at most.
pub(crate) fn measure(workload: &Workload, engine: &str) -> Result<Value, String> {
    let found = ENGINES.iter().find(|(name, _)| *name == engine);
    let (_, enter) = found.ok_or("there is no such implementation")?;
    let resident = memory("VmRSS:")?;
    let entrant = enter(workload, Mode::Json)?;
    let mut candidate = entrant.ok_or("it takes no part in this workload")?.candidate;
    let bytes = memory("VmHWM:")?.saturating_sub(resident);
    let (mut times, mut all) = (Vec::new(), 0.0);
    while all < ENOUGH_SECONDS {
        let taken = candidate(1);
        all += taken;
        times.push(taken);
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or(f64::NAN);
    Ok(json!({ "ns": median * 1e9, "bytes": bytes }))
}

/// Bytes that Linux says of this process.
fn memory(name: &str) -> Result<u64, String> {
    let status = fs::read_to_string("/proc/self/status").map_err(|it| it.to_string())?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    let kilobytes: u64 = kilobytes.ok_or("the system does not tell about memory")?;
    Ok(kilobytes.saturating_mul(1024))
}
