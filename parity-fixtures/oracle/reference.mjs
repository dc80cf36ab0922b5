// Runs one vector through npm jsonata and says what a fixture would expect.
import { createHash } from "node:crypto";
import {
  calleeNames,
  checkAllowed,
  checkBindings,
  ContractError,
  guard,
  helpers,
  normalize,
  put,
} from "./contract.mjs";
import { DECIDED, freshEngine } from "./remedies.mjs";

export const DEFAULT_NOW = "2026-03-04T05:06:07.089Z";
/** Results whose text is longer stand in a fixture as length and digest. */
const LONG = 2_000;
const MARKER = /\{"\$(num|undefined|fn|regex|cycle)":/;
/** Classes whose message is part of the contract. */
const FIXED_MESSAGES = [
  "lambda", "dynamic-call", "apply", "helper-rebinding", "disallowed-function",
  "not-serializable", "too-large",
];

const RealDate = Date;

/**
 * What the reference answers: `{expect, normalized?, functions?, validate?}`; `without`
 * names the divergences that are taken out of it first.
 */
export async function answer(vector, profile, without = []) {
  globalThis.Date = frozenDate(vector.now ?? DEFAULT_NOW);
  try {
    return profile === "jsonata" ? await plain(vector, without) : await workflow(vector, without);
  } finally {
    globalThis.Date = RealDate;
  }
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

/** Reading a clock that was not given is an error of ours. */
function withoutClock() {
  return class extends RealDate {
    toISOString() {
      throw { code: "D9002" };
    }
  };
}

async function plain({ source, context, bindings }, without) {
  const parsed = attempt("syntax", () => freshEngine(without)(source));
  if (parsed.error) return { expect: parsed };
  return { expect: await answered(parsed.value, decoded(context), bindings) };
}

async function workflow({ source, context }, without) {
  const { expression, ...checks } = compiled(source, without);
  if (!expression) return { expect: checks.validate, ...checks };
  const check = (result) => guard(result, without.includes("non-finite"));
  return { expect: await answered(expression, decoded(context), undefined, check), ...checks };
}

/** `{expression?, normalized, functions?, validate}` of a source of the contract. */
function compiled(source, without) {
  const normalized = normalize(source);
  const parsed = attempt("syntax", () => freshEngine(without)(normalized));
  if (parsed.error) return { normalized, validate: parsed };
  const expression = parsed.value;
  const walked = attempt("syntax", () => calleeNames(expression.ast()));
  if (walked.error) return { normalized, validate: walked };
  const functions = walked.value;
  const allowed = attempt("syntax", () => {
    if (without.includes("helper-rebinding")) checkBindings(expression.ast());
    checkAllowed(functions);
  });
  if (allowed.error) return { normalized, functions, validate: allowed };
  for (const [name, helper] of Object.entries(helpers)) {
    expression.registerFunction(name, helper);
  }
  return { expression, normalized, functions, validate: { ok: true } };
}

/** Why a source of the contract is refused, if it is. */
export const refusalOf = (source) => compiled(source, DECIDED).validate.error;

/**
 * A source of the contract over a context, as our decisions have it: `{value}`, a JSON
 * document, or `{error, thrown?, nothing?}`, where what is thrown at run time stands beside
 * it, and whether that is for the lack of any value.
 */
export async function decided(source, context, now) {
  globalThis.Date = now === undefined ? withoutClock() : frozenDate(now);
  let nothing = false;
  try {
    const { expression, validate } = compiled(source, DECIDED);
    if (!expression) return validate;
    const result = await expression.evaluate(context);
    nothing = result === undefined;
    guard(result, true);
    return { value: JSON.parse(JSON.stringify(result)) };
  } catch (thrown) {
    return { error: described(thrown, "evaluation"), thrown, nothing };
  } finally {
    globalThis.Date = RealDate;
  }
}

async function answered(expression, context, bindings, check = () => {}) {
  let result;
  try {
    result = await expression.evaluate(context, bindings);
    check(result);
  } catch (error) {
    return { error: described(error, "evaluation") };
  }
  // What cannot be written down here is no error of the reference.
  return expectation(result);
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

/** Puts markers where JSON would drop or replace, or never end; `around` is being marked. */
function marked(value, around = []) {
  if (value === undefined) return { $undefined: true };
  if (typeof value === "function") return { $fn: true };
  if (typeof value === "number" && !Number.isFinite(value)) return { $num: String(value) };
  if (typeof value !== "object" || value === null) return value;
  if (isFunctionObject(value)) return { $fn: true };
  if (value instanceof RegExp) return { $regex: value.source };
  if (around.includes(value)) return { $cycle: true };
  const inside = (it) => marked(it, [...around, value]);
  if (Array.isArray(value)) return Array.from(value, inside);
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, inside(it)]));
}

/** The engine's functions, by parts that no data can have. */
function isFunctionObject({ implementation, environment }) {
  return typeof implementation === "function" || typeof environment?.lookup === "function";
}

/** A value of a fixture without its markers. */
export function decoded(value) {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(decoded);
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0][0] === "$num") return Number(entries[0][1]);
  const copy = {};
  for (const [key, it] of entries) put(copy, key, decoded(it));
  return copy;
}
