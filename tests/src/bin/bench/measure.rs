//! CPU time of things that do the same, taken in turns, so that what else the machine does
//! meets all of them alike.

use cpu_time::ThreadTime;

/// How long a batch should take.
const BATCH_SECONDS: f64 = 0.004;
/// Batches of each candidate, of which the median counts.
const ROUNDS: usize = 15;
/// What runs longer has fewer batches, of one run each.
const SLOW_SECONDS: f64 = 0.2;
const SLOW_ROUNDS: usize = 3;

/// One way to do the work: does it as often as asked, and tells the seconds that took.
pub(crate) type Candidate<'a> = Box<dyn FnMut(u32) -> f64 + 'a>;

/// The candidate whose every run is a call.
pub(crate) fn calls<'a>(mut work: impl FnMut() + 'a) -> Candidate<'a> {
    Box::new(move |times| seconds(times, &mut work))
}

/// CPU seconds of this thread for so many calls.
pub(crate) fn seconds(times: u32, mut work: impl FnMut()) -> f64 {
    let started = ThreadTime::now();
    for _ in 0..times {
        work();
    }
    started.elapsed().as_secs_f64()
}

/// How often a candidate runs in a batch, and how many batches it has.
fn calibrate(candidate: &mut Candidate<'_>) -> (u32, usize) {
    let mut times = 1_u32;
    loop {
        let taken = candidate(times);
        if taken > SLOW_SECONDS {
            return (times, SLOW_ROUNDS);
        }
        if taken > BATCH_SECONDS || times >= 1 << 24 {
            return (times, ROUNDS);
        }
        times = times.saturating_mul(2);
    }
}

/// The median nanoseconds of one run, for each candidate.
pub(crate) fn medians(candidates: &mut [Candidate<'_>]) -> Vec<f64> {
    let plans: Vec<(u32, usize)> = candidates.iter_mut().map(calibrate).collect();
    let mut batches = vec![Vec::with_capacity(ROUNDS); candidates.len()];
    for round in 0..ROUNDS {
        for ((candidate, &(times, rounds)), batch) in
            candidates.iter_mut().zip(&plans).zip(&mut batches)
        {
            if round < rounds {
                batch.push(candidate(times) / f64::from(times));
            }
        }
    }
    batches.into_iter().map(|batch| median(batch) * 1e9).collect()
}

pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
