// What starting costs in Node.js: `start.mjs`, with a row for each thing started on stdout, as
// a line of JSON. `start.mjs NAME` is one start. `cargo xtask bench start` builds what it needs.
//
// Each start is a process of its own, in turns with the others, and its own clock: from before
// the import to the first result. What is given is over a module that exports nothing. Last
// come instances of one module, in this process, over nothing.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { median } from "./median.mjs";

const ROUNDS = 21;
const SOURCE = "payload.ticket.id = vars.expected";
const CONTEXT = { payload: { ticket: { id: 7 } }, vars: { expected: 7 } };
const EXPECTED = true;

const OURS = "../../npm/dist/index";
const REFERENCE = "../../parity-fixtures/oracle/node_modules/jsonata/jsonata.js";
const ARTIFACT = new URL("../../target/artifact/workflow_expr.wasm", import.meta.url);
const require = createRequire(import.meta.url);

const ours = ({ compile }) => compile(SOURCE).evaluate(CONTEXT);
const reference = (jsonata) => jsonata(SOURCE).evaluate(CONTEXT);

/** How a module is loaded, and the first result that it gives. */
const STARTS = {
  nothing: { load: () => import("data:text/javascript,export {};"), first: () => EXPECTED },
  "ours, import": { load: () => import(`${OURS}.js`), first: ours },
  "ours, require": { load: () => require(`${OURS}.cjs`), first: ours },
  "jsonata-js, import": { load: () => import(REFERENCE), first: (module) => reference(module.default) },
  "jsonata-js, require": { load: () => require(REFERENCE), first: reference },
};

/** Milliseconds to load, and from there to the first result. */
async function start({ load, first }) {
  const started = performance.now();
  const module = await load();
  const loaded = performance.now();
  const result = await first(module);
  const ended = performance.now();
  requireAnswer(result);
  return [loaded - started, ended - loaded];
}

/** The same in a process of its own. */
function inProcess(name) {
  const self = fileURLToPath(import.meta.url);
  const { status, signal, error, stdout, stderr } = spawnSync(process.execPath, [self, name], {
    encoding: "utf8",
  });
  if (status !== 0) {
    throw error ?? new Error(`${name}: ${signal ?? stderr}`);
  }
  return JSON.parse(stdout);
}

/** Milliseconds to the first result of one more instance of a module. */
function instance(module) {
  const started = performance.now();
  const exports = new WebAssembly.Instance(module, {}).exports;
  const ask = (call, request) => {
    const bytes = new TextEncoder().encode(JSON.stringify(request));
    const at = exports.reserve(bytes.length) >>> 0;
    new Uint8Array(exports.memory.buffer, at, bytes.length).set(bytes);
    call(bytes.length);
    const result = [exports.result_ptr() >>> 0, exports.result_len()];
    return JSON.parse(new TextDecoder().decode(new Uint8Array(exports.memory.buffer, ...result)));
  };
  const { handle } = ask(exports.compile, { v: 1, source: SOURCE });
  const { ok } = ask((length) => exports.evaluate(handle, length), { v: 1, context: CONTEXT });
  const ended = performance.now();
  requireAnswer(ok);
  return ended - started;
}

function requireAnswer(result) {
  if (result !== EXPECTED) {
    throw new Error(`${SOURCE} is ${EXPECTED}, not ${result}`);
  }
}

function print(started, load_ms, first_ms) {
  console.log(JSON.stringify({ started, load_ms, first_ms }));
}

function compare() {
  const names = Object.keys(STARTS);
  const rounds = Array.from({ length: ROUNDS }, () => names.map(inProcess));
  const [nothing, ...others] = names.map((_, at) =>
    [0, 1].map((part) => median(rounds.map((taken) => taken[at][part]))),
  );
  others.forEach((taken, at) => print(names[at + 1], ...taken.map((ms, part) => ms - nothing[part])));

  const module = new WebAssembly.Module(readFileSync(ARTIFACT));
  // V8 compiles functions when they are called first, which later instances share.
  instance(module);
  print("ours, one more instance", null, median(Array.from({ length: ROUNDS }, () => instance(module))));
}

const [name] = process.argv.slice(2);
if (name === undefined) {
  compare();
} else if (name in STARTS) {
  console.log(JSON.stringify(await start(STARTS[name])));
} else {
  throw new Error(`no start is named ${name}: there are ${Object.keys(STARTS).join("; ")}`);
}
