//! Instances that wait for a call, and how a call gets one.
//!
//! An instance serves one call at a time. After a trap it is dropped, and so is one that a
//! call has grown too large.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use wasmtime::{Engine, InstancePre, Linker};

use crate::config::Settings;
use crate::deadline::Ticker;
use crate::engine::{Interruption, configuration};
use crate::error::HostError;
use crate::instance::{Instance, State};
use crate::metrics::{Counters, Metrics};
use crate::{cache, embedded};

/// The compiled module and its instances, with and without deadlines.
pub(crate) struct Pool {
    artifact: &'static [u8],
    settings: Settings,
    pub(crate) counters: Counters,
    plain: Lane,
    /// Made for the first deadline.
    timed: OnceLock<Result<Timed, HostError>>,
}

/// One compilation of the module, and instances of it that wait for a call.
struct Lane {
    module: InstancePre<State>,
    idle: Mutex<Vec<Instance>>,
}

/// A lane whose instances look at the clock when its ticker says so.
struct Timed {
    lane: Lane,
    ticker: Ticker,
}

impl Pool {
    pub(crate) fn new(
        artifact: &'static [u8],
        settings: Settings,
    ) -> Result<Self, HostError> {
        let counters = Counters::default();
        let plain = Lane::new(artifact, Interruption::Never, &settings, &counters)?;
        Ok(Pool { artifact, settings, counters, plain, timed: OnceLock::new() })
    }

    /// Runs `work` on an instance that nobody else uses. The instance is kept for later,
    /// unless it trapped or broke the wire.
    pub(crate) fn run<T>(
        &self,
        work: impl FnOnce(&mut Instance) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        let instance = self.take(&self.plain)?;
        self.serve(&self.plain, instance, work)
    }

    /// Runs `work` on the instance in `slot`, which is a new one if there is none, and
    /// empty afterwards if it trapped.
    pub(crate) fn run_in<T>(
        &self,
        slot: &mut Option<Instance>,
        work: impl FnOnce(&mut Instance) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        let mut instance = slot.take().map_or_else(|| self.take(&self.plain), Ok)?;
        let (result, broken) = self.attempt(&mut instance, work);
        if broken {
            Counters::count(&self.counters.instances_dropped);
        } else {
            *slot = Some(instance);
        }
        result
    }

    /// Takes back what [`Pool::run_in`] left in its slot.
    pub(crate) fn give_back(&self, mut instance: Instance) {
        let small = instance.memory_bytes() <= self.settings.idle_memory_bytes;
        let kept = small
            && instance.forget().is_ok()
            && self.plain.keep(instance, self.settings.idle_instances);
        if !kept {
            Counters::count(&self.counters.instances_dropped);
        }
    }

    /// As [`Pool::run`], but stops the module after `time`, which is counted from when
    /// there is an instance.
    pub(crate) fn run_within<T>(
        &self,
        time: Duration,
        work: impl FnOnce(&mut Instance) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        let Timed { lane, ticker } = self.timed()?;
        let mut instance = self.take(lane)?;
        // A time beyond the clock's range never passes.
        let Some(deadline) = Instant::now().checked_add(time) else {
            instance.set_deadline(None);
            return self.serve(lane, instance, work);
        };
        instance.set_deadline(Some(deadline));
        let _watch = ticker.watch(deadline);
        self.serve(lane, instance, work)
    }

    /// What happened so far.
    pub(crate) fn metrics(&self) -> Metrics {
        self.counters.read()
    }

    fn timed(&self) -> Result<&Timed, HostError> {
        let timed = self.timed.get_or_init(|| {
            let Pool { artifact, settings, counters, .. } = self;
            let lane =
                Lane::new(artifact, Interruption::AtDeadlines, settings, counters)?;
            let ticker = Ticker::start(lane.module.module().engine())?;
            Ok(Timed { lane, ticker })
        });
        timed.as_ref().map_err(HostError::clone)
    }

    /// An idle instance, else a new one.
    fn take(&self, lane: &Lane) -> Result<Instance, HostError> {
        let idle = lane.idle().pop();
        idle.map_or_else(
            || {
                Counters::count(&self.counters.instances_created);
                Instance::new(&lane.module, &self.settings)
            },
            Ok,
        )
    }

    fn serve<T>(
        &self,
        lane: &Lane,
        mut instance: Instance,
        work: impl FnOnce(&mut Instance) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        let before = instance.memory_bytes();
        let (result, broken) = self.attempt(&mut instance, work);
        let grown = instance.memory_bytes() > before.max(self.settings.idle_memory_bytes);
        if broken || grown || !lane.keep(instance, self.settings.idle_instances) {
            Counters::count(&self.counters.instances_dropped);
        }
        result
    }

    /// Runs `work`, counts it, and says whether the instance can no longer be used.
    fn attempt<T>(
        &self,
        instance: &mut Instance,
        work: impl FnOnce(&mut Instance) -> Result<T, HostError>,
    ) -> (Result<T, HostError>, bool) {
        let result = work(instance);
        self.counters.end_call(instance.memory_bytes());
        let broken = result.as_ref().err().is_some_and(|error| {
            self.counters.count_error(error);
            error.breaks_instance()
        });
        (result, broken)
    }
}

impl Lane {
    fn new(
        artifact: &[u8],
        interruption: Interruption,
        settings: &Settings,
        counters: &Counters,
    ) -> Result<Self, HostError> {
        let engine =
            Engine::new(&configuration(interruption)).map_err(HostError::setup)?;
        let module = match embedded::module(&engine, interruption) {
            Some(module) => {
                Counters::count(&counters.modules_loaded);
                module
            }
            None => {
                cache::module(&engine, artifact, settings.cache.as_deref(), counters)?
            }
        };
        // An empty linker is the proof that the module sees nothing but its input.
        let module =
            Linker::new(&engine).instantiate_pre(&module).map_err(HostError::setup)?;
        Ok(Lane { module, idle: Mutex::default() })
    }

    /// Keeps an instance for the next call, unless enough of them wait.
    fn keep(&self, instance: Instance, enough: usize) -> bool {
        let mut idle = self.idle();
        let room = idle.len() < enough;
        if room {
            idle.push(instance);
        }
        room
    }

    /// A panic of another thread cannot leave the list half changed.
    fn idle(&self) -> MutexGuard<'_, Vec<Instance>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
