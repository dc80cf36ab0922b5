/**
 * The JSON text of plain values: what most contexts are, written without bookkeeping.
 *
 * Whatever is unusual (a `toJSON`, a class, something that JSON cannot carry, depth, size)
 * has no text here, and the writer of transport.ts takes over, which knows what to do and
 * what to say. The two give the same text where both give one.
 */
import { hasMember, type Plan } from "./project.js";

/** Levels that are entered: a context is seldom deeper, and the host's stack is not ours. */
const DEEPEST = 128;
/** Characters and values of one text; a larger one is better gathered in pieces. */
const LARGEST = 1 << 22;
/** UTF-16 units up to which looking at each beats a regular expression. */
const SHORT = 48;

// What is left of `LARGEST`. A getter may come back here; that text then counts anew.
let room = 0;

/** The text of a plain value, or of what a plan reads of it; undefined if it is not plain. */
export function plainJsonText(value: unknown, plan: Plan | undefined): string | undefined {
  room = LARGEST;
  return textOf(value, plan, DEEPEST);
}

function textOf(value: unknown, plan: Plan | undefined, depth: number): string | undefined {
  if (typeof value === "string") {
    room -= value.length;
    return room < 0 ? undefined : quote(value);
  }
  if (typeof value !== "object" || value === null) {
    return isCarried(value, depth) ? String(value === 0 ? 0 : value) : undefined;
  }
  if (plan === undefined) {
    return textOfWhole(value, depth);
  }
  if (!isEntered(value, depth)) {
    return undefined;
  }
  return Array.isArray(value)
    ? textOfArray(value, plan, depth - 1)
    : textOfObject(value, plan, depth - 1);
}

/**
 * What is read whole is looked at first, and then JSON itself is faster than any other. A
 * getter is asked twice; the text has what it answers JSON, which is its second answer.
 */
function textOfWhole(value: object, depth: number): string | undefined {
  if (!isCarried(value, depth)) {
    return undefined;
  }
  try {
    return JSON.stringify(value);
  } catch {
    // A getter threw the second time: the writer asks it once more and passes that on.
    return undefined;
  }
}

/** Whether JSON carries all of a value as it is. */
function isCarried(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
      room -= value.length;
      return room >= 0;
    case "number":
      return Number.isFinite(value);
    case "boolean":
      return true;
    case "object":
      return value === null || (isEntered(value, depth) && areCarried(value, depth - 1));
    default:
      return false;
  }
}

/** Whether JSON carries all members. One that is undefined is left out, or null in a list. */
function areCarried(value: object, depth: number): boolean {
  if (Array.isArray(value)) {
    room -= value.length;
    // By index: a list may have an `every` of its own.
    for (let at = 0; room >= 0 && at < value.length; at++) {
      const item: unknown = value[at];
      if (item !== undefined && !isCarried(item, depth)) {
        return false;
      }
    }
    return room >= 0;
  }
  for (const name in value) {
    room -= name.length;
    const member = (value as Record<string, unknown>)[name];
    if (member !== undefined && !isCarried(member, depth)) {
      return false;
    }
  }
  return room >= 0;
}

/** Whether a container is of the usual kind and may be entered. */
function isEntered(value: object, depth: number): boolean {
  room -= 1;
  return (
    depth > 0 &&
    room >= 0 &&
    !("toJSON" in value) &&
    !(Symbol.toStringTag in value) &&
    (Array.isArray(value) || isPlain(value))
  );
}

function textOfArray(items: readonly unknown[], plan: Plan, depth: number): string | undefined {
  room -= items.length;
  if (room < 0) {
    return undefined;
  }
  let text = "";
  for (let at = 0; at < items.length; at++) {
    const item = textOf(items[at] ?? null, plan, depth);
    if (item === undefined) {
      return undefined;
    }
    text += at === 0 ? item : `,${item}`;
  }
  return `[${text}]`;
}

function textOfObject(value: object, plan: Plan, depth: number): string | undefined {
  let text = "";
  for (let at = 0; at < plan.names.length; at++) {
    const name = plan.names[at] as string;
    if (!hasMember(value, name)) {
      continue;
    }
    // An own member, so this never reads a prototype.
    const member = (value as Record<string, unknown>)[name];
    if (member === undefined) {
      continue;
    }
    const json = textOf(member, plan.plans[at], depth);
    if (json === undefined) {
      return undefined;
    }
    const key = plan.keys[at] as string;
    room -= key.length;
    text += text === "" ? key + json : `,${key}${json}`;
  }
  return `{${text}}`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A text as JSON has it, lone surrogates escaped. */
export function quote(text: string): string {
  return needsEscape(text) ? JSON.stringify(text) : `"${text}"`;
}

function needsEscape(text: string): boolean {
  if (text.length > SHORT) {
    return /["\\\u0000-\u001f\ud800-\udfff]/.test(text);
  }
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit >= 0xd800 && unit < 0xe000)) {
      return true;
    }
  }
  return false;
}
