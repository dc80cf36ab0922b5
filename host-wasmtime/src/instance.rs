//! A running module: requests copied into its memory, results out of it.
//!
//! A trap leaves the module's stack pointer and borrows as they were, so an instance that
//! trapped is never used again. Handles belong to one instance; programs are compiled
//! again in another one.

use std::sync::Arc;
use std::time::Instant;

use wasmtime::{InstancePre, Memory, Store, StoreLimits, TypedFunc, UpdateDeadline};

use crate::config::{self, Settings};
use crate::error::HostError;
use crate::handles::Handles;
use crate::program::Program;
use crate::{Inputs, wire};

/// A running module.
pub(crate) struct Instance {
    store: Store<State>,
    memory: Memory,
    exports: Exports,
    handles: Handles,
    /// The number of the context that it keeps.
    resident: Option<u32>,
}

/// What wasmtime asks for while the module runs.
pub(crate) struct State {
    limits: StoreLimits,
    deadline: Option<Instant>,
}

struct Exports {
    reserve: TypedFunc<u32, u32>,
    compile: TypedFunc<u32, u32>,
    load: TypedFunc<u32, u32>,
    evaluate: TypedFunc<(u32, u32), u32>,
    validate: TypedFunc<u32, u32>,
    decide: TypedFunc<u32, u32>,
    release: TypedFunc<u32, u32>,
    describe: TypedFunc<(), u32>,
    result_ptr: TypedFunc<(), u32>,
    result_len: TypedFunc<(), u32>,
}

/// What to do with the request.
#[derive(Clone, Copy)]
pub(crate) enum Call {
    Compile,
    Load,
    Evaluate(u32),
    Validate,
    Decide,
    Describe,
}

impl Instance {
    pub(crate) fn new(
        module: &InstancePre<State>,
        settings: &Settings,
    ) -> Result<Self, HostError> {
        let engine = module.module().engine();
        let state = State { limits: config::limits(settings), deadline: None };
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.limits);
        // Only machine code that was compiled for deadlines ever comes here.
        store.epoch_deadline_callback(|store| Ok(store.data().at_tick()));
        store.set_epoch_deadline(1);
        let instance = module.instantiate(&mut store).map_err(HostError::setup)?;
        let memory = instance
            .get_memory(&mut store, "memory")
            .ok_or_else(|| HostError::setup("the module exports no memory"))?;
        let store_ref = &mut store;
        let exports = Exports {
            reserve: typed(&instance, store_ref, "reserve")?,
            compile: typed(&instance, store_ref, "compile")?,
            load: typed(&instance, store_ref, "load")?,
            evaluate: typed(&instance, store_ref, "evaluate")?,
            validate: typed(&instance, store_ref, "validate")?,
            decide: typed(&instance, store_ref, "decide")?,
            release: typed(&instance, store_ref, "release")?,
            describe: typed(&instance, store_ref, "describe")?,
            result_ptr: typed(&instance, store_ref, "result_ptr")?,
            result_len: typed(&instance, store_ref, "result_len")?,
        };
        let handles = Handles::default();
        Ok(Instance { store, memory, exports, handles, resident: None })
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
            Call::Load => self.exports.load.call(store, len),
            Call::Evaluate(handle) => self.exports.evaluate.call(store, (handle, len)),
            Call::Validate => self.exports.validate.call(store, len),
            Call::Decide => self.exports.decide.call(store, len),
            Call::Describe => self.exports.describe.call(store, ()),
        };
        status.map_err(|error| HostError::trap(&error))?;
        self.receive()
    }

    /// Compiles what `request` asks for; the program is [`Instance::remember`]ed then.
    pub(crate) fn compile(
        &mut self,
        request: &[u8],
    ) -> Result<wire::Compiled, HostError> {
        wire::read_compiled(&self.call(Call::Compile, request)?)
    }

    /// Remembers that `program` is compiled here, behind `handle`.
    pub(crate) fn remember(
        &mut self,
        program: &Arc<Program>,
        handle: u32,
    ) -> Result<(), HostError> {
        for handle in self.handles.remember(program, handle) {
            self.exports
                .release
                .call(&mut self.store, handle)
                .map_err(|error| HostError::trap(&error))?;
        }
        Ok(())
    }

    /// Evaluates a program, and compiles it before if it is not here.
    pub(crate) fn evaluate(
        &mut self,
        program: &Arc<Program>,
        request: &[u8],
    ) -> Result<String, HostError> {
        if let Some(handle) = self.handles.find(program) {
            let document = self.call(Call::Evaluate(handle), request)?;
            if !wire::is_stale_handle(&document) {
                return Ok(document);
            }
        }
        let handle = self.establish(program)?;
        self.call(Call::Evaluate(handle), request)
    }

    /// Evaluates programs in one call, and compiles before what is not here.
    pub(crate) fn evaluate_batch(
        &mut self,
        programs: &[&Arc<Program>],
        inputs: &Inputs,
    ) -> Result<String, HostError> {
        let mut handles = Vec::with_capacity(programs.len());
        for program in programs {
            let known = self.handles.find(program);
            handles.push(known.map_or_else(|| self.establish(program), Ok)?);
        }
        let request = wire::evaluate_request(inputs, None, Some(&handles));
        self.call(Call::Evaluate(wire::BATCH), &request)
    }

    /// Reads the context in `request`, if none is kept, and gives its number.
    pub(crate) fn load(&mut self, request: &[u8]) -> Result<u32, HostError> {
        if let Some(number) = self.resident {
            return Ok(number);
        }
        let number = wire::read_loaded(&self.call(Call::Load, request)?)?;
        self.resident = Some(number);
        Ok(number)
    }

    /// Gives the memory of the context back.
    pub(crate) fn forget(&mut self) -> Result<(), HostError> {
        self.resident = None;
        self.call(Call::Load, &[]).map(drop)
    }

    /// Compiles a program here.
    fn establish(&mut self, program: &Arc<Program>) -> Result<u32, HostError> {
        let handle = self.compile(&program.request)?.handle;
        self.remember(program, handle)?;
        Ok(handle)
    }

    /// When the next calls are stopped.
    pub(crate) fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.store.data_mut().deadline = deadline;
        self.store.set_epoch_deadline(1);
    }

    /// The size of its memory.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.memory.data_size(&self.store)
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

impl State {
    /// Ticks are not for one instance alone, so each looks at its own deadline.
    fn at_tick(&self) -> UpdateDeadline {
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => UpdateDeadline::Interrupt,
            _ => UpdateDeadline::Continue(1),
        }
    }
}

fn typed<P: wasmtime::WasmParams>(
    instance: &wasmtime::Instance,
    store: &mut Store<State>,
    name: &str,
) -> Result<TypedFunc<P, u32>, HostError> {
    instance.get_typed_func(store, name).map_err(HostError::setup)
}
