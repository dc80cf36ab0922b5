// Mappings: expressions and secrets in a document, replaced by what they stand for.
import { ContractError, put } from "../contract.mjs";
import { decided } from "../reference.mjs";

export const isObject = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isExpression = (value) =>
  isObject(value) && Object.hasOwn(value, "$expr") && typeof value.$expr === "string";

/** What the engine of JavaScript says of `toString` over a constructed object. */
const NO_TEXT = "Cannot convert object to primitive value";

/** What an ask is refused with whose member is not of the kind that it must be. */
export function misfit(pointer, wanted) {
  const message = `the member \`${pointer}\` of the request must be ${wanted}`;
  return new Refusal({ class: "wire", code: "C0010", message });
}

/** Refuses what has other members than these. */
export function closed(object, pointer, names) {
  const unknown = Object.keys(object).find((name) => !names.includes(name));
  if (unknown !== undefined) throw misfit(below(pointer, unknown), "left out");
}

/** What an ask answers with `error`. */
export class Refusal extends Error {
  constructor(error) {
    super(error.message);
    this.error = error;
  }
}

function isSecret(value) {
  if (!isObject(value) || Object.keys(value).join() !== "$secret") return false;
  return typeof value.$secret === "string" && value.$secret !== "";
}

export const below = (path, key) =>
  `${path ?? ""}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** The result of an expression, or a refusal that names its place. */
export async function evaluated(source, { context, now }, path) {
  const { value, error, thrown } = await decided(source, copy(context), now);
  if (error && thrown === undefined) throw new Refusal(error);
  if (error) {
    throw new Refusal({ category: "ExpressionError", ...reason(error, thrown), path });
  }
  return value;
}

/** Each evaluation has a context of its own. */
function copy(context) {
  return context === undefined ? undefined : JSON.parse(JSON.stringify(context));
}

/**
 * The text of a coded error is the engine's own but for its head; `…` stands for the rest.
 */
function reason({ code }, thrown) {
  if (code) return { code, message: `${code} at …` };
  const fixed = thrown instanceof ContractError || thrown.message === NO_TEXT;
  return fixed ? { message: thrown.message } : {};
}

function revealed(name, { secrets }, path) {
  const outcome = secrets === undefined ? undefined : Object.entries(secrets)
    .find(([known]) => known === name)?.[1];
  if (outcome && "value" in outcome) return outcome.value;
  const why =
    secrets === undefined
      ? `Secret resolution not available in this context: ${name}`
      : (outcome?.error ?? "the host did not look it up");
  const message = `Failed to resolve secret "${name}": ${why}`;
  throw new Refusal({ category: "ActionError", message, path });
}

/** Replaces items and members; `resolve` says what becomes of each. */
async function inside(value, path, resolve) {
  if (Array.isArray(value)) {
    const items = [];
    for (const [index, item] of value.entries()) items.push(await resolve(item, below(path, index)));
    return items;
  }
  if (!isObject(value)) return value;
  const members = {};
  for (const [key, member] of Object.entries(value)) {
    put(members, key, await resolve(member, below(path, key)));
  }
  return members;
}

/** What a failure leaves behind too: secrets that were resolved before it. */
async function redacting(resolve) {
  const redactionPaths = [];
  try {
    return { ok: await resolve(redactionPaths), redactionPaths };
  } catch (refused) {
    if (!(refused instanceof Refusal)) throw refused;
    return { error: refused.error, redactionPaths };
  }
}

async function resolved(value, path, request, redactionPaths) {
  if (isExpression(value)) return evaluated(value.$expr, request, path);
  if (isSecret(value)) {
    const secret = revealed(value.$secret, request, path);
    if (path) redactionPaths.push(path);
    return secret;
  }
  return inside(value, path, (it, place) => resolved(it, place, request, redactionPaths));
}

export async function mapping(request) {
  return redacting((redactionPaths) => {
    const resolve = (it, path) => resolved(it, path, request, redactionPaths);
    return inside(request.mapping ?? null, undefined, resolve);
  });
}

export async function value(request) {
  return redacting((redactionPaths) =>
    resolved(request.value, request.path, request, redactionPaths),
  );
}

/** The older way: any `$expr` is one, there are no secrets, and no failure has a path. */
export async function expressions(request) {
  const replace = async (it) => {
    if (!isObject(it) || !Object.hasOwn(it, "$expr")) return inside(it, undefined, replace);
    if (isExpression(it)) return evaluated(it.$expr, request);
    // A source that is no text is a TypeError of the reference, and coded in ours.
    throw new Refusal({ class: "syntax", code: "S9001" });
  };
  return { ok: await replace(request.value) };
}

export function secrets({ value: root, root: rootCounts = true }) {
  const names = new Set();
  const look = (it, counts) => {
    if (counts && isExpression(it)) return;
    if (counts && isSecret(it)) names.add(it.$secret);
    else if (typeof it === "object" && it !== null) {
      for (const child of Object.values(it)) look(child, true);
    }
  };
  look(root, rootCounts);
  return { ok: [...names] };
}
