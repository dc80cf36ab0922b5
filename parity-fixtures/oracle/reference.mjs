// Runs one vector through npm jsonata and says what a fixture would expect.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import {
  calleeNames,
  checkAllowed,
  ContractError,
  guard,
  helpers,
  normalize,
} from "./contract.mjs";

export const DEFAULT_NOW = "2026-03-04T05:06:07.089Z";
/** Results whose text is longer stand in a fixture as length and digest. */
const LONG = 2_000;
const MARKER = /\{"\$(num|undefined|fn|regex)":/;
/** Classes whose message is part of the contract. */
const FIXED_MESSAGES = [
  "lambda", "dynamic-call", "apply", "disallowed-function", "not-serializable", "too-large",
];

const require = createRequire(import.meta.url);
const RealDate = Date;

/**
 * What the reference answers: `{expect, normalized?, functions?, validate?}`; `without`
 * names the divergences that are taken out of it first.
 */
export async function answer(vector, profile, without = []) {
  const newEngine = () => freshEngine(without);
  globalThis.Date = frozenDate(vector.now ?? DEFAULT_NOW);
  try {
    return profile === "jsonata" ? await plain(vector, newEngine) : await workflow(vector, newEngine);
  } finally {
    globalThis.Date = RealDate;
  }
}

const engineText = readFileSync(require.resolve("jsonata"), "utf8");

/** What to write otherwise in the reference's text to take a divergence out of it. */
const REMEDIES = {
  "concurrent-members": [
    [".map(async (item, idx) => {", ".map((item, idx) => async () => {"],
    [".map(async (key, idx) => {", ".map((key, idx) => async () => {"],
    ["await Promise.all(", "await remedy.inOrder("],
    ["groups[key] = entry;", "groups[key] = entry; remedy.appeared(groups, key);"],
    ["utils.keys(groups)", "remedy.appearance(groups)"],
  ],
  "regex-clone": [["JSON.parse(JSON.stringify(left))", "remedy.copied(left)"]],
  "raw-function": [
    ["typeof arg === 'object' && !isLambda(arg)", "typeof arg === 'object' && !isFunction(arg)"],
    ["evaluatedArgs.push(await evaluate(", "evaluatedArgs.push(await callable("],
    [
      "async function apply(",
      `async function callable(expr, input, environment) {
        const arg = await evaluate(expr, input, environment);
        if (!isFunction(arg)) return arg;
        const closure = async (...params) => apply(arg, params, null, environment);
        closure.arity = getFunctionArity(arg);
        return closure;
      }
      async function apply(`,
    ],
  ],
  "late-selection": [
    [
      "expr.expressions[length - 1] = tailCallOptimize(",
      "if (!expr.predicate && !expr.group) expr.expressions[length - 1] = tailCallOptimize(",
    ],
  ],
  "shared-mutation": [
    ["input.push(undefined);", "input = environment.base.createSequence(undefined);"],
    ["delete tuple['@'];", "tuple = { ...tuple }; delete tuple['@'];"],
  ],
  "evaluated-once": [
    ["this.then = left;", "this.then = left; this.once = true;"],
    ["result.condition = processAST", "result.once = expr.once; result.condition = processAST"],
    ["expr.then = tailCallOptimize", "if (!expr.once) expr.then = tailCallOptimize"],
  ],
  "host-text": [
    ["result += replacement;", "result += remedy.text(replacement);"],
    ["re.exec(str)", "(typeof str === 'function' ? null : re.exec(str))"],
  ],
};

/** Groups in their order of appearance, where the reference has JavaScript's of keys. */
const appearances = new WeakMap();

const remedy = {
  inOrder,
  copied,
  appeared: (groups, key) => appearances.set(groups, [...remedy.appearance(groups), key]),
  appearance: (groups) => appearances.get(groups) ?? [],
  text: (value) => {
    if (typeof value !== "string") throw { code: "D3012" };
    return value;
  },
};

async function inOrder(starts) {
  const values = [];
  for (const start of starts) values.push(await start());
  return values;
}

function copied(node) {
  if (node instanceof RegExp) return new RegExp(node.source, node.flags);
  if (typeof node !== "object" || node === null) return node;
  if (Array.isArray(node)) return node.map(copied);
  return Object.fromEntries(Object.entries(node).map(([name, it]) => [name, copied(it)]));
}

const engines = new Map();

function compiledEngine(without) {
  const name = without.join();
  if (!engines.has(name)) {
    let text = engineText;
    for (const [from, to] of without.flatMap((divergence) => REMEDIES[divergence])) {
      if (!text.includes(from)) throw new Error(`the reference has no \`${from}\``);
      text = text.replaceAll(from, to);
    }
    engines.set(name, new Function("module", "exports", "remedy", text));
  }
  return engines.get(name);
}

/** The engine remembers positions from one call to the next, so each case gets its own. */
function freshEngine(without) {
  const module = { exports: {} };
  compiledEngine(without)(module, module.exports, remedy);
  return module.exports;
}

function frozenDate(now) {
  const moment = new RealDate(now).getTime();
  return class extends RealDate {
    constructor(...fields) {
      super(...(fields.length === 0 ? [moment] : fields));
    }
    static now() {
      return moment;
    }
  };
}

async function plain({ source, context, bindings }, newEngine) {
  const parsed = attempt("syntax", () => newEngine()(source));
  if (parsed.error) return { expect: parsed };
  return { expect: await evaluated(parsed.value, context, bindings) };
}

async function workflow({ source, context }, newEngine) {
  const normalized = normalize(source);
  const { functions, validate } = validated(normalized, newEngine);
  const checks = { normalized, ...(functions && { functions }), validate };
  if (validate.error) return { expect: validate, ...checks };
  const parsed = attempt("syntax", () => newEngine()(normalized));
  if (parsed.error) return { expect: parsed, ...checks };
  for (const [name, helper] of Object.entries(helpers)) {
    parsed.value.registerFunction(name, helper);
  }
  return { expect: await evaluated(parsed.value, context, undefined, guard), ...checks };
}

function validated(normalized, newEngine) {
  const parsed = attempt("syntax", () => newEngine()(normalized));
  if (parsed.error) return { validate: parsed };
  const walked = attempt("syntax", () => calleeNames(parsed.value.ast()));
  if (walked.error) return { validate: walked };
  const allowed = attempt("syntax", () => checkAllowed(walked.value));
  return {
    functions: walked.value,
    validate: allowed.error ? allowed : { ok: true },
  };
}

async function evaluated(expression, context, bindings, check = () => {}) {
  try {
    const result = await expression.evaluate(decoded(context), bindings);
    check(result);
    return expectation(result);
  } catch (error) {
    return { error: described(error, "evaluation") };
  }
}

function attempt(errorClass, run) {
  try {
    return { value: run() };
  } catch (error) {
    return { error: described(error, errorClass) };
  }
}

function described(error, errorClass) {
  if (error instanceof ContractError) {
    const message = FIXED_MESSAGES.includes(error.class) ? { message: error.message } : {};
    return { class: error.class, ...message };
  }
  if (error instanceof Error) {
    return { class: errorClass, native: error.name };
  }
  const { code, position, token } = error;
  const described = { class: errorClass, code };
  if (position !== undefined) described.position = position;
  if (["string", "number", "boolean"].includes(typeof token)) described.token = token;
  return described;
}

function expectation(result) {
  if (result === undefined) return { undefined: true };
  const text = JSON.stringify(marked(result));
  // What is marked is refused here, so a digest of it would be of no use.
  if (text.length <= LONG || MARKER.test(text)) return { ok: JSON.parse(text) };
  const okSha256 = createHash("sha256").update(text).digest("hex");
  return { okLength: text.length, okSha256 };
}

/** Puts markers where JSON would drop or replace. */
function marked(value) {
  if (value === undefined) return { $undefined: true };
  if (typeof value === "function") return { $fn: true };
  if (typeof value === "number" && !Number.isFinite(value)) return { $num: String(value) };
  if (typeof value !== "object" || value === null) return value;
  if (value._jsonata_function || value._jsonata_lambda) return { $fn: true };
  if (value instanceof RegExp) return { $regex: value.source };
  if (Array.isArray(value)) return Array.from(value, marked);
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, marked(it)]));
}

function decoded(value) {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(decoded);
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0][0] === "$num") return Number(entries[0][1]);
  const copy = {};
  for (const [key, it] of entries) {
    // A plain assignment would lose the key `__proto__`.
    Object.defineProperty(copy, key, {
      value: decoded(it),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return copy;
}
