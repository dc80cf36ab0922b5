//! CPU time of things that do the same, taken in turns, so that what else the machine does
//! meets all of them alike.

use cpu_time::ThreadTime;

/// How long a batch should take.
const BATCH_SECONDS: f64 = 0.004;
/// Batches of each candidate, of which the median counts.
const ROUNDS: usize = 15;

/// One way to do the work.
pub(crate) type Candidate<'a> = Box<dyn FnMut() + 'a>;

fn seconds(candidate: &mut Candidate<'_>, times: u32) -> f64 {
    let started = ThreadTime::now();
    for _ in 0..times {
        candidate();
    }
    started.elapsed().as_secs_f64()
}

/// How often a candidate runs in a batch.
fn calibrate(candidate: &mut Candidate<'_>) -> u32 {
    let mut times = 1_u32;
    while seconds(candidate, times) < BATCH_SECONDS && times < 1 << 24 {
        times = times.saturating_mul(2);
    }
    times
}

/// The median nanoseconds of one run, for each candidate.
pub(crate) fn medians(candidates: &mut [Candidate<'_>]) -> Vec<f64> {
    let times: Vec<u32> = candidates.iter_mut().map(calibrate).collect();
    let mut batches = vec![Vec::with_capacity(ROUNDS); candidates.len()];
    for _ in 0..ROUNDS {
        for ((candidate, &times), batch) in
            candidates.iter_mut().zip(&times).zip(&mut batches)
        {
            batch.push(seconds(candidate, times) / f64::from(times));
        }
    }
    batches.into_iter().map(|batch| median(batch) * 1e9).collect()
}

pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The mean of ratios.
pub(crate) fn geometric_mean(ratios: &[f64]) -> f64 {
    let sum: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    let count = u32::try_from(ratios.len()).unwrap_or(u32::MAX);
    (sum / f64::from(count)).exp()
}
