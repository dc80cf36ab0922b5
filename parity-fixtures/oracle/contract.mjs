// The workflow contract written once more, in a few lines, over the reference engine.
//
// It knows nothing of our engine, so a fixture that both agree on was answered twice.
// What our contract decides otherwise (divergences.toml) is left out of `expect`: such a
// fixture carries the reference's answer there, and ours, written by hand, as `ours`.
// Decisions (decisions.mjs) have no reference to ask, and are answered as ours are.

export const HELPER_NAMES = ["nowIso", "coalesce", "len", "toString", "append"];
const MAX_LENGTH = 262_144;

/** An error whose message the contract fixes. */
export class ContractError extends Error {
  constructor(errorClass, message) {
    super(message);
    this.class = errorClass;
  }
}

export function normalize(source) {
  const callee = /(^|[^.$A-Za-z0-9_])([A-Za-z_][A-Za-z0-9_]*)(?=\s*\()/g;
  return source
    .replaceAll("==", "=")
    .replace(callee, (all, before, name) =>
      HELPER_NAMES.includes(name) ? `${before}$${name}` : all,
    );
}

/** The callee names of a parsed expression, or the first violation thrown. */
export function calleeNames(ast) {
  const names = [];
  for (const node of nodes(ast)) checkNode(node, names);
  return names;
}

/** The nodes of a tree, each once and before its children. */
function* nodes(node, seen = new Set()) {
  if (typeof node !== "object" || node === null || seen.has(node)) return;
  seen.add(node);
  yield node;
  for (const child of Object.values(node)) yield* nodes(child, seen);
}

function checkNode(node, names) {
  const isCall = node.type === "function" || node.type === "partial";
  if (node.type === "lambda" || (isCall && node.procedure?.type === "lambda")) {
    throw new ContractError(
      "lambda",
      "Expression uses a function definition (lambda), which is not allowed",
    );
  }
  if (isCall) {
    const name = calleeName(node.procedure);
    if (!name) {
      throw new ContractError(
        "dynamic-call",
        "Expression uses a dynamic or computed function call, which is not allowed",
      );
    }
    names.push(name);
  }
  if (node.type === "apply") {
    const name = calleeName(node.rhs);
    if (name) {
      names.push(name);
    } else if (!["function", "partial", "lambda"].includes(node.rhs?.type)) {
      throw new ContractError(
        "apply",
        "Expression applies (~>) a value that cannot be validated against the function allowlist",
      );
    }
  }
}

function calleeName(node) {
  switch (node?.type) {
    case "variable":
    case "name":
      return node.value || undefined;
    case "path":
      return node.steps.map(calleeName).findLast((name) => name);
    case "block":
      return node.expressions.length === 1 ? calleeName(node.expressions[0]) : undefined;
    default:
      return undefined;
  }
}

export function checkAllowed(names) {
  for (const name of names) {
    const bare = name.startsWith("$") ? name.slice(1) : name;
    if (!HELPER_NAMES.includes(bare)) throw disallowed(bare);
  }
}

export function disallowed(name) {
  const message = `Expression uses disallowed function: ${name}`;
  return new ContractError("disallowed-function", message);
}

/** Our decision that a helper's name may not be bound. */
export function checkBindings(ast) {
  for (const node of nodes(ast)) {
    for (const name of boundNames(node)) {
      if (!HELPER_NAMES.includes(name)) continue;
      const message = `Expression rebinds the helper function: ${name}, which is not allowed`;
      throw new ContractError("helper-rebinding", message);
    }
  }
}

function boundNames(node) {
  const names = [node.focus, node.index];
  if (node.type === "bind") names.push(node.lhs?.value);
  if (node.type === "index") names.push(node.value);
  return names;
}

export const helpers = {
  nowIso: () => new Date().toISOString(),
  coalesce: (...values) => values.find((value) => value !== undefined && value !== null) ?? null,
  len: (value) => (typeof value === "string" || Array.isArray(value) ? value.length : 0),
  toString: (value) => (value === undefined || value === null ? "" : String(value)),
  append: (list, value) => {
    const base = Array.isArray(list) ? list : list === undefined || list === null ? [] : [list];
    return base.concat(Array.isArray(value) ? value : [value]);
  },
};

/** `finite`: our decision that NaN and the infinities are no results. */
export function guard(result, finite = false) {
  if (!isSerializable(result) || (finite && !isFinite(result))) {
    throw new ContractError("not-serializable", "Expression result is not JSON-serializable");
  }
  if (JSON.stringify(result).length > MAX_LENGTH) {
    throw new ContractError("too-large", "Expression result exceeded max output size");
  }
}

function isSerializable(value) {
  if (["undefined", "function", "symbol", "bigint"].includes(typeof value)) return false;
  if (typeof value !== "object" || value === null || value instanceof Date) return true;
  return Object.values(value).every(isSerializable) && !isSparse(value);
}

function isFinite(value) {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value !== "object" || value === null || Object.values(value).every(isFinite);
}

/** Whether an array has an undefined item that `Object.values` would skip. */
function isSparse(value) {
  return Array.isArray(value) && Object.keys(value).length < value.length;
}

/** Sets an own member; a plain assignment would lose the key `__proto__`. */
export function put(object, key, value) {
  Object.defineProperty(object, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}
