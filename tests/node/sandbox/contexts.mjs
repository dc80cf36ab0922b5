// The two kinds of V8 context in which a Temporal worker runs workflows.
//
// A context has what the language has, WebAssembly, and the few globals given below, all
// of the outer realm. It has no Buffer, atob, fetch, performance, process or require.
import { TextDecoder, TextEncoder } from "node:util";
import { createContext, runInContext } from "node:vm";

const GIVEN = { URL, URLSearchParams, TextEncoder, TextDecoder, AbortController };
// Standard output is the conversation with the runner.
const SILENT = Object.fromEntries(
  ["log", "warn", "error", "info", "debug"].map((level) => [level, () => {}]),
);

function sandbox(moduleCache) {
  const context = createContext({ console: { ...SILENT } }, { microtaskMode: "afterEvaluate" });
  for (const [name, value] of Object.entries({ ...GIVEN, __webpack_module_cache__: moduleCache })) {
    Object.defineProperty(context, name, { value });
  }
  return context;
}

/** A context for each workflow, with an engine of its own. */
export class OwnContext {
  #script;
  /** The context of the last workflow. */
  context;

  constructor(script) {
    this.#script = script;
  }

  /** What a new workflow imports. */
  start() {
    this.context = sandbox({});
    this.#script.runInContext(this.context);
    return runInContext("__TEMPORAL__.importWorkflows()", this.context);
  }
}

/**
 * One context for all workflows, with one engine that was preloaded.
 *
 * Whatever can be reached when preloading is done is frozen. A workflow gets the global
 * object as it was then, and a cache of its own for what it imports.
 */
export class SharedContext {
  /** The context of all workflows. */
  context;
  #pristine;
  #own = new Map();

  constructor(script) {
    const shared = new Map();
    let preloading = true;
    const cache = new Proxy(
      {},
      {
        get: (_, name) => shared.get(name) ?? this.#own.get(name),
        set: (_, name, module) => {
          (preloading ? shared : this.#own).set(name, module);
          return true;
        },
      },
    );
    this.context = sandbox(cache);
    script.runInContext(this.context);
    runInContext("__TEMPORAL__.preloadModules()", this.context);
    preloading = false;
    this.#pristine = runInContext("Object.getOwnPropertyDescriptors(globalThis)", this.context);
    for (const name of Reflect.ownKeys(this.#pristine)) {
      if (name !== "globalThis") {
        freeze(this.#pristine[name].value);
      }
    }
    shared.forEach(freeze);
  }

  /** What a new workflow imports. */
  start() {
    this.#own = new Map();
    const global = runInContext("globalThis", this.context);
    for (const name of Reflect.ownKeys(global)) {
      if (!(name in this.#pristine)) {
        delete global[name];
      }
    }
    for (const name of Reflect.ownKeys(this.#pristine)) {
      if (global[name] !== this.#pristine[name].value) {
        Object.defineProperty(global, name, this.#pristine[name]);
      }
    }
    return runInContext("__TEMPORAL__.importWorkflows()", this.context);
  }
}

/** Freezes objects with all they lead to, and functions alone, as the worker does. */
function freeze(root) {
  const seen = new Set();
  const waiting = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    const type = typeof value;
    if (value === null || (type !== "object" && type !== "function") || seen.has(value)) {
      continue;
    }
    seen.add(value);
    if (type === "object") {
      for (const name of Reflect.ownKeys(value)) {
        waiting.push(value[name]);
      }
    }
    if (!ArrayBuffer.isView(value)) {
      Object.freeze(value);
    }
  }
}
