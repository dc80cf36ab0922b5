//! Instances of the artifact: memory copied in and out, and none used after a trap.
//!
//! A trap leaves the module's stack pointer and borrows as they were, so an instance that
//! trapped is never used again. Handles belong to one instance; programs are compiled
//! again in another one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use wasmtime::{
    Engine, InstancePre, Linker, Memory, Module, Store, StoreLimits, TypedFunc,
};

use crate::config::{self, Settings};
use crate::error::HostError;

/// Above this many remembered handles an instance forgets them all. The module itself
/// keeps fewer programs, so this costs a compilation now and then and bounds the map.
const REMEMBERED_HANDLES: usize = 4096;

/// The compiled module, and instances of it that wait for a call.
pub(crate) struct Pool {
    module: InstancePre<StoreLimits>,
    settings: Settings,
    idle: Mutex<Vec<Instance>>,
    counters: Counters,
}

/// What a pool has done so far.
#[derive(Default)]
struct Counters {
    calls: AtomicU64,
    created: AtomicU64,
    dropped: AtomicU64,
    memory: AtomicUsize,
}

/// What a host has done since it was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Metrics {
    /// Compilations, evaluations and checks, failed ones too.
    pub calls: u64,
    /// Instances of the module that were started.
    pub instances_created: u64,
    /// Instances that were dropped: after a trap, for their size, or as one too many.
    pub instances_dropped: u64,
    /// Linear memory of the instance whose call ended last, in bytes.
    pub memory_bytes: usize,
}

impl Pool {
    pub(crate) fn new(artifact: &[u8], settings: Settings) -> Result<Self, HostError> {
        let engine: Engine = config::engine()?;
        let module = Module::new(&engine, artifact).map_err(HostError::setup)?;
        // An empty linker is the proof that the module sees nothing but its input.
        let module =
            Linker::new(&engine).instantiate_pre(&module).map_err(HostError::setup)?;
        let (idle, counters) = (Mutex::default(), Counters::default());
        Ok(Pool { module, settings, idle, counters })
    }

    /// Runs `work` on an instance that nobody else uses. The instance is kept for later,
    /// unless it trapped or broke the wire.
    pub(crate) fn with_instance<T>(
        &self,
        work: impl FnOnce(&mut Instance) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        let idle = self.lock().pop();
        let mut instance = match idle {
            Some(instance) => instance,
            None => {
                self.counters.created.fetch_add(1, Ordering::Relaxed);
                Instance::new(&self.module, self.settings)?
            }
        };
        let before = instance.memory.data_size(&instance.store);
        let result = work(&mut instance);
        let memory = instance.memory.data_size(&instance.store);
        self.counters.calls.fetch_add(1, Ordering::Relaxed);
        self.counters.memory.store(memory, Ordering::Relaxed);
        let broken = matches!(result, Err(HostError::Trap(_) | HostError::Wire(_)));
        let grown = memory > before.max(self.settings.idle_memory_bytes);
        if broken || grown || !self.keep(instance) {
            self.counters.dropped.fetch_add(1, Ordering::Relaxed);
        }
        result
    }

    /// What happened so far.
    pub(crate) fn metrics(&self) -> Metrics {
        let Counters { calls, created, dropped, memory } = &self.counters;
        Metrics {
            calls: calls.load(Ordering::Relaxed),
            instances_created: created.load(Ordering::Relaxed),
            instances_dropped: dropped.load(Ordering::Relaxed),
            memory_bytes: memory.load(Ordering::Relaxed),
        }
    }

    /// Keeps an instance for the next call, unless enough of them wait.
    fn keep(&self, instance: Instance) -> bool {
        let mut idle = self.lock();
        let room = idle.len() < self.settings.idle_instances;
        if room {
            idle.push(instance);
        }
        room
    }

    /// A panic of another thread cannot leave the list half changed.
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Instance>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running module.
pub(crate) struct Instance {
    store: Store<StoreLimits>,
    memory: Memory,
    exports: Exports,
    /// Handles of programs, by the number that an expression has in this process.
    pub(crate) handles: BTreeMap<u64, u32>,
}

struct Exports {
    reserve: TypedFunc<u32, u32>,
    compile: TypedFunc<u32, u32>,
    evaluate: TypedFunc<(u32, u32), u32>,
    validate: TypedFunc<u32, u32>,
    decide: TypedFunc<u32, u32>,
    describe: TypedFunc<(), u32>,
    result_ptr: TypedFunc<(), u32>,
    result_len: TypedFunc<(), u32>,
}

/// What to do with the request.
#[derive(Clone, Copy)]
pub(crate) enum Call {
    Compile,
    Evaluate(u32),
    Validate,
    Decide,
    Describe,
}

impl Instance {
    fn new(
        module: &InstancePre<StoreLimits>,
        settings: Settings,
    ) -> Result<Self, HostError> {
        let engine = module.module().engine();
        let mut store = Store::new(engine, config::limits(settings));
        store.limiter(|limits| limits);
        let instance = module.instantiate(&mut store).map_err(HostError::setup)?;
        let memory = instance
            .get_memory(&mut store, "memory")
            .ok_or_else(|| HostError::setup("the module exports no memory"))?;
        let store_ref = &mut store;
        let exports = Exports {
            reserve: typed(&instance, store_ref, "reserve")?,
            compile: typed(&instance, store_ref, "compile")?,
            evaluate: typed(&instance, store_ref, "evaluate")?,
            validate: typed(&instance, store_ref, "validate")?,
            decide: typed(&instance, store_ref, "decide")?,
            describe: typed(&instance, store_ref, "describe")?,
            result_ptr: typed(&instance, store_ref, "result_ptr")?,
            result_len: typed(&instance, store_ref, "result_len")?,
        };
        Ok(Instance { store, memory, exports, handles: BTreeMap::new() })
    }

    /// Sends a request and returns the result document.
    pub(crate) fn call(
        &mut self,
        call: Call,
        request: &[u8],
    ) -> Result<String, HostError> {
        let len = self.send(request)?;
        let store = &mut self.store;
        let status = match call {
            Call::Compile => self.exports.compile.call(store, len),
            Call::Evaluate(handle) => self.exports.evaluate.call(store, (handle, len)),
            Call::Validate => self.exports.validate.call(store, len),
            Call::Decide => self.exports.decide.call(store, len),
            Call::Describe => self.exports.describe.call(store, ()),
        };
        status.map_err(|error| HostError::trap(&error))?;
        self.receive()
    }

    /// Remembers that `program` is compiled here, behind `handle`.
    pub(crate) fn remember(&mut self, program: u64, handle: u32) {
        if self.handles.len() >= REMEMBERED_HANDLES {
            self.handles.clear();
        }
        self.handles.insert(program, handle);
    }

    fn send(&mut self, request: &[u8]) -> Result<u32, HostError> {
        let len = u32::try_from(request.len())
            .map_err(|_| HostError::Trap("the request is over 4 GB".to_owned()))?;
        let pointer = self
            .exports
            .reserve
            .call(&mut self.store, len)
            .map_err(|error| HostError::trap(&error))?;
        if pointer == 0 {
            let reason = format!("no memory for a request of {len} bytes");
            return Err(HostError::Trap(reason));
        }
        let offset = usize::try_from(pointer).unwrap_or(usize::MAX);
        self.memory.write(&mut self.store, offset, request).map_err(|_| {
            HostError::Wire("the request lies outside its memory".to_owned())
        })?;
        Ok(len)
    }

    fn receive(&mut self) -> Result<String, HostError> {
        let store = &mut self.store;
        let pointer = self.exports.result_ptr.call(&mut *store, ());
        let len = self.exports.result_len.call(&mut *store, ());
        let (pointer, len) = match (pointer, len) {
            (Ok(pointer), Ok(len)) => (pointer, len),
            (Err(error), _) | (_, Err(error)) => return Err(HostError::trap(&error)),
        };
        let bytes = usize::try_from(pointer)
            .ok()
            .zip(usize::try_from(len).ok())
            .and_then(|(start, len)| Some((start, start.checked_add(len)?)))
            .and_then(|(start, end)| self.memory.data(&self.store).get(start..end))
            .ok_or_else(|| {
                HostError::Wire("the result lies outside its memory".to_owned())
            })?;
        String::from_utf8(bytes.to_vec())
            .map_err(|_| HostError::Wire("the result is not UTF-8".to_owned()))
    }
}

fn typed<P: wasmtime::WasmParams>(
    instance: &wasmtime::Instance,
    store: &mut Store<StoreLimits>,
    name: &str,
) -> Result<TypedFunc<P, u32>, HostError> {
    instance.get_typed_func(store, name).map_err(HostError::setup)
}
