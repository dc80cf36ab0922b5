/**
 * One instance of the artifact and the conversation with it (docs/wire.md).
 *
 * The exports are plain functions over 32-bit numbers and the module imports nothing, so
 * no generated glue stands between. Everything is synchronous and starts at the first
 * call: a workflow cannot wait for a promise of the host, and must not pay for a module
 * it does not use.
 */
import { ARTIFACT_BASE64 } from "./artifact.js";
import { decodeBase64 } from "./base64.js";
import { hostError } from "./errors.js";

/** The exports of the artifact; numbers are unsigned, though JavaScript sees them signed. */
export interface WasmExports {
  readonly memory: WebAssembly.Memory;
  reserve(length: number): number;
  compile(length: number): number;
  load(length: number): number;
  evaluate(handle: number, length: number): number;
  validate(length: number): number;
  decide(length: number): number;
  release(handle: number): number;
  describe(): number;
  result_ptr(): number;
  result_len(): number;
}

/** A call of an export with the length of the request. */
type Call = (wasm: WasmExports, length: number) => number;

/** A running instance. Handles of one incarnation mean nothing to another. */
interface Incarnation {
  readonly wasm: WasmExports;
  readonly generation: number;
}

/** What the engine has done since this module was loaded. */
export interface Metrics {
  /** Instances of the artifact that were started. */
  readonly instances: number;
  /** Linear memory of the instance whose call ended last, in bytes. */
  readonly memoryBytes: number;
}

/**
 * An instance that one call has grown beyond this many bytes is not kept. Memory of a module
 * never shrinks, so one large evaluation would stay for the life of the process.
 */
const KEPT_MEMORY = 8 << 20;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

let compiled: WebAssembly.Module | undefined;
let current: Incarnation | undefined;
let generation = 0;
// Set while the module runs. A host may abandon a call without `catch` or `finally`
// being run (a VM's time limit does); the flag then tells the next call about it.
let busy = false;
let memoryBytes = 0;

/** What happened so far. */
export function metrics(): Metrics {
  return { instances: generation, memoryBytes };
}

/** Starts the instance if none is running, and says which one it is. */
export function start(): Incarnation {
  if (current !== undefined && !busy) {
    return current;
  }
  busy = false;
  compiled ??= new WebAssembly.Module(decodeBase64(ARTIFACT_BASE64));
  const wasm = new WebAssembly.Instance(compiled, {}).exports as WasmExports;
  generation += 1;
  current = { wasm, generation };
  return current;
}

/**
 * Sends `request` with one of the exports and returns the text of the result document.
 * An instance that has grown is dropped afterwards; the next call starts a small one.
 */
export function exchange(request: string, run: Call): string {
  const { wasm } = start();
  const before = wasm.memory.buffer.byteLength;
  const document = converse(wasm, request, run);
  if (memoryBytes > before) {
    dropGrown();
  }
  return document;
}

/**
 * Like `exchange`, where the module keeps something for the result: says in which instance,
 * which stays, whatever it has grown to.
 */
export function establish(request: string, run: Call): { document: string; generation: number } {
  const { wasm, generation } = start();
  return { document: converse(wasm, request, run), generation };
}

/** Drops an instance that has grown; says whether it did. */
export function dropGrown(): boolean {
  const isGrown = memoryBytes > KEPT_MEMORY;
  if (isGrown) {
    current = undefined;
  }
  return isGrown;
}

function converse(wasm: WasmExports, request: string, run: Call): string {
  busy = true;
  try {
    run(wasm, send(wasm, request));
    return receive(wasm);
  } catch (cause) {
    // Whatever was thrown, the module's memory may be half written and its stack pointer
    // was not restored.
    current = undefined;
    throw hostError(cause);
  } finally {
    busy = false;
    memoryBytes = wasm.memory.buffer.byteLength;
  }
}

/** Writes `text` where the module reads its request, and returns its length in bytes. */
function send(wasm: WasmExports, text: string): number {
  // Most requests are ASCII, so the first guess is one byte for each unit.
  const { read, written } = encoder.encodeInto(text, reserve(wasm, text.length));
  if (read === text.length) {
    return written;
  }
  return encoder.encodeInto(text, reserve(wasm, utf8Length(text))).written;
}

function reserve(wasm: WasmExports, length: number): Uint8Array {
  // The buffer is asked for afterwards: reserving may have grown, and so replaced, it.
  const pointer = wasm.reserve(length) >>> 0;
  if (pointer === 0) {
    throw new RangeError(`no memory for a request of ${length} bytes`);
  }
  return new Uint8Array(wasm.memory.buffer, pointer, length);
}

function receive(wasm: WasmExports): string {
  const pointer = wasm.result_ptr() >>> 0;
  const length = wasm.result_len() >>> 0;
  return decoder.decode(new Uint8Array(wasm.memory.buffer, pointer, length));
}

/** Bytes of `text` in UTF-8, where a lone surrogate takes three as its replacement does. */
function utf8Length(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.codePointAt(at) ?? 0;
    length += unit < 0x80 ? 1 : unit < 0x800 ? 2 : unit < 0x10000 ? 3 : 4;
    if (unit > 0xffff) {
      at += 1;
    }
  }
  return length;
}
