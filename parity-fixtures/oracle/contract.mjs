// The workflow contract written once more, in a few lines, over the reference engine.
//
// It knows nothing of our engine, so a fixture that both agree on was answered twice.
// What our contract decides otherwise (divergences.toml) is not in here: such a fixture
// carries the reference's answer as `expect` and ours, written by hand, as `ours`.

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
  const seen = new Set();
  const names = [];
  const visit = (node) => {
    if (typeof node !== "object" || node === null || seen.has(node)) return;
    seen.add(node);
    checkNode(node, names);
    for (const child of Object.values(node)) visit(child);
  };
  visit(ast);
  return names;
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
    if (!HELPER_NAMES.includes(bare)) {
      const message = `Expression uses disallowed function: ${bare}`;
      throw new ContractError("disallowed-function", message);
    }
  }
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

export function guard(result) {
  if (!isSerializable(result)) {
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

/** Whether an array has an undefined item that `Object.values` would skip. */
function isSparse(value) {
  return Array.isArray(value) && Object.keys(value).length < value.length;
}
