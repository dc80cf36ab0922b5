// Paths that are written: dotted keys, and assignments to the scopes of a run.
import { put } from "../contract.mjs";
import { below, closed, evaluated, isObject } from "./mapping.mjs";

const SCOPES = ["payload", "vars", "local", "system", "meta", "error"];
const partsOf = (path) => path.split(".").filter((part) => part !== "");

/** Writes below an object; what is no object on the way is replaced by one. */
function write(object, [first, ...rest], value) {
  if (rest.length === 0) return put(object, first, value);
  if (!Object.hasOwn(object, first) || !isObject(object[first])) put(object, first, {});
  write(own(object, first), rest, value);
}

function own(object, key) {
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}

export function expand({ value }) {
  const ok = {};
  for (const [key, it] of Object.entries(value)) {
    const parts = key.includes(".") ? partsOf(key) : [key];
    if (parts.length > 0) write(ok, parts, copy(it));
  }
  return { ok };
}

const copy = (value) => JSON.parse(JSON.stringify(value));

/** A pointer in dotted form; other paths as they are. */
function dotted(path) {
  if (!path.startsWith("/")) return path;
  const segments = path.slice(1).split("/");
  return segments.map((it) => it.replaceAll("~1", "/").replaceAll("~0", "~")).join(".");
}

/** Where a path writes: the scope's name and the way below it. */
function placed(path, scopes) {
  const parts = partsOf(dotted(path.trim()));
  if (parts.length === 0) return ["vars", ["vars"]];
  const [first, ...rest] = parts;
  if (rest.length === 0) return ["vars", parts];
  switch (first) {
    case "payload":
      return ["payload", rest];
    case "vars":
    case "meta":
      return ["vars", rest];
    case "local":
      return [isObject(scopes.local) ? "local" : "vars", rest];
    default:
      return ["vars", parts];
  }
}

export async function assign({ scopes: given, values = {}, assign: entries = {}, now }) {
  closed(given, "/scopes", SCOPES);
  const scopes = copy(given);
  const set = (path, value) => {
    const [scope, way] = placed(path, scopes);
    if (!isObject(scopes[scope])) scopes[scope] = {};
    write(scopes[scope], way, value);
  };
  for (const [path, value] of Object.entries(values)) set(path, copy(value));
  for (const [path, { $expr }] of Object.entries(entries)) {
    const context = contextOf(scopes);
    set(path, await evaluated($expr, { context, now }, below("", path)));
  }
  const { payload, vars, local } = scopes;
  return { ok: copy({ payload, vars, local }) };
}

/** `{...vars, ...local, payload, vars, local, system, meta, error}`. */
function contextOf({ payload, vars, local, system, meta, error = null }) {
  const context = {};
  for (const scope of [vars, local, { payload, vars, local, system, meta, error }]) {
    for (const [key, value] of Object.entries(scope ?? {})) {
      if (value !== undefined) put(context, key, value);
    }
  }
  return context;
}
