//! Deadlines: a thread that makes running instances look at the clock when one passes.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use wasmtime::Engine;

use crate::error::HostError;

/// How soon an instance that is over its deadline is told once more. It may have looked at
/// the clock just before, and wait for a tick that has been.
const INSISTENCE: Duration = Duration::from_millis(1);

/// How long the calls of a host may take.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Time {
    Unlimited,
    /// Each call by itself.
    Each(Duration),
    /// All calls together, which are the parts of one call.
    Until(Deadline),
}

/// When a call is stopped; `None` lies beyond the clock's range and never comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(pub(crate) Option<Instant>);

impl Deadline {
    pub(crate) fn after(time: Duration) -> Self {
        Deadline(Instant::now().checked_add(time))
    }
}

/// Ticks an engine's epoch whenever a deadline passes. Without deadlines its thread
/// sleeps, and it ends with the ticker.
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    closed: bool,
    next: u64,
    /// When the thread wakes by itself, if it does: for an earlier deadline alone it has
    /// to be woken, and waking it takes as long as a small evaluation.
    wakes: Option<Instant>,
    /// Deadlines of calls that run, the earliest first. The number tells two at one
    /// time apart.
    pending: BTreeSet<(Instant, u64)>,
}

/// A deadline that is being watched, until this is dropped.
pub(crate) struct Watch<'a> {
    shared: &'a Shared,
    entry: (Instant, u64),
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> Result<Self, HostError> {
        let shared = Arc::new(Shared::default());
        let (engine, of_thread) = (engine.clone(), Arc::clone(&shared));
        let thread = thread::Builder::new()
            .name("workflow-expr deadlines".to_owned())
            .spawn(move || of_thread.tick(&engine))
            .map_err(HostError::setup)?;
        Ok(Ticker { shared, thread: Some(thread) })
    }

    /// Sees to it that the epoch ticks once `deadline` has passed.
    pub(crate) fn watch(&self, deadline: Instant) -> Watch<'_> {
        let mut state = self.shared.lock();
        let entry = (deadline, state.next);
        state.next = state.next.wrapping_add(1);
        state.pending.insert(entry);
        let sleeps_on = state.wakes.is_none_or(|wakes| deadline < wakes);
        drop(state);
        if sleeps_on {
            self.shared.changed.notify_one();
        }
        Watch { shared: &self.shared, entry }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // It ends at once, and has nothing to say even if it panicked.
            let _ = thread.join();
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.shared.lock().pending.remove(&self.entry);
    }
}

impl Shared {
    fn tick(&self, engine: &Engine) {
        let mut state = self.lock();
        while !state.closed {
            let earliest = state.pending.first().map(|(deadline, _)| *deadline);
            let now = Instant::now();
            let sleep = earliest.map(|it| it.saturating_duration_since(now));
            if sleep.is_some_and(|sleep| sleep.is_zero()) {
                engine.increment_epoch();
            }
            let sleep = sleep.map(|sleep| sleep.max(INSISTENCE));
            state.wakes = sleep.and_then(|sleep| now.checked_add(sleep));
            state = match sleep {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(sleep) => {
                    let woken = self.changed.wait_timeout(state, sleep);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// A panic of another thread cannot leave the set half changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    // These reach past the public interface because threads of other tests cannot be told
    // from those of one host.
    use super::*;
    use crate::engine::{Interruption, configuration};
    use wasmtime::Engine;

    fn ticker() -> Ticker {
        let engine = Engine::new(&configuration(Interruption::AtDeadlines)).unwrap();
        Ticker::start(&engine).unwrap()
    }

    #[test]
    fn the_thread_ends_with_the_ticker() {
        let ticker = ticker();
        let watch = ticker.watch(Instant::now());
        let shared = Arc::downgrade(&ticker.shared);
        drop(watch);
        drop(ticker);
        assert!(shared.upgrade().is_none());
    }

    #[test]
    fn what_has_ended_is_not_watched() {
        let ticker = ticker();
        let now = Instant::now();
        let watches = [ticker.watch(now), ticker.watch(now)];
        assert_eq!(ticker.shared.lock().pending.len(), 2);
        drop(watches);
        assert!(ticker.shared.lock().pending.is_empty());
    }
}
