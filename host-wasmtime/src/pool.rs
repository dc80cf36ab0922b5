//! Instances that wait for a call, and how a call gets one.
//!
//! An instance serves one call at a time. After a trap it is dropped, and so is one that a
//! call has grown too large.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use wasmtime::{Engine, InstancePre, Linker};

use crate::config::Settings;
use crate::deadline::{Deadline, Ticker};
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
    timed: OnceLock<Result<Lane, HostError>>,
}

/// One compilation of the module, and instances of it that wait for a call.
struct Lane {
    module: InstancePre<State>,
    idle: Mutex<Vec<Instance>>,
    /// Says when instances look at the clock, where they can.
    ticker: Option<Ticker>,
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

    /// Runs `work` on an instance that nobody else uses, and stops the module at the
    /// deadline. The instance is kept for later, unless it trapped or broke the wire.
    pub(crate) fn run<T>(
        &self,
        deadline: Option<Deadline>,
        work: impl FnOnce(&mut Instance) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        let lane = self.lane(deadline.is_some())?;
        let mut instance = self.take(lane)?;
        let before = instance.memory_bytes();
        let (result, broken) = self.attempt(lane, &mut instance, deadline, work);
        let grown = instance.memory_bytes() > before.max(self.settings.idle_memory_bytes);
        if broken || grown || !lane.keep(instance, self.settings.idle_instances) {
            Counters::count(&self.counters.instances_dropped);
        }
        result
    }

    /// As [`Pool::run`], on the instance in `slot`, which is a new one if there is none, and
    /// empty afterwards if it trapped. All calls with one slot have deadlines, or none has.
    pub(crate) fn run_in<T>(
        &self,
        slot: &mut Option<Instance>,
        deadline: Option<Deadline>,
        work: impl FnOnce(&mut Instance) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        let lane = self.lane(deadline.is_some())?;
        let mut instance = slot.take().map_or_else(|| self.take(lane), Ok)?;
        let (result, broken) = self.attempt(lane, &mut instance, deadline, work);
        if broken {
            Counters::count(&self.counters.instances_dropped);
        } else {
            *slot = Some(instance);
        }
        result
    }

    /// Takes back what [`Pool::run_in`] left in its slot.
    pub(crate) fn give_back(&self, mut instance: Instance, timed: bool) {
        // The deadline of the last call may have passed since.
        instance.set_deadline(None);
        let small = instance.memory_bytes() <= self.settings.idle_memory_bytes;
        let kept = small
            && instance.forget().is_ok()
            && self
                .lane(timed)
                .is_ok_and(|lane| lane.keep(instance, self.settings.idle_instances));
        if !kept {
            Counters::count(&self.counters.instances_dropped);
        }
    }

    /// Sees to it that there is machine code for deadlines, which no deadline counts.
    pub(crate) fn prepare_deadlines(&self) -> Result<(), HostError> {
        self.lane(true).map(drop)
    }

    /// What happened so far.
    pub(crate) fn metrics(&self) -> Metrics {
        self.counters.read()
    }

    fn lane(&self, timed: bool) -> Result<&Lane, HostError> {
        if !timed {
            return Ok(&self.plain);
        }
        let lane = self.timed.get_or_init(|| {
            let Pool { artifact, settings, counters, .. } = self;
            Lane::new(artifact, Interruption::AtDeadlines, settings, counters)
        });
        lane.as_ref().map_err(HostError::clone)
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

    /// Runs `work`, counts it, and says whether the instance can no longer be used.
    fn attempt<T>(
        &self,
        lane: &Lane,
        instance: &mut Instance,
        deadline: Option<Deadline>,
        work: impl FnOnce(&mut Instance) -> Result<T, HostError>,
    ) -> (Result<T, HostError>, bool) {
        let deadline = deadline.and_then(|deadline| deadline.0);
        instance.set_deadline(deadline);
        let watch = lane.ticker.as_ref().zip(deadline);
        let _watch = watch.map(|(ticker, deadline)| ticker.watch(deadline));
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
        let ticker = match interruption {
            Interruption::Never => None,
            Interruption::AtDeadlines => Some(Ticker::start(&engine)?),
        };
        Ok(Lane { module, idle: Mutex::default(), ticker })
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
