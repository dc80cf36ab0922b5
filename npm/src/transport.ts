/**
 * A live JavaScript value → the JSON text that crosses to the module.
 *
 * The text is what `JSON.stringify` would give, member by member, with two differences:
 * what JSON would silently drop or replace (NaN, functions, symbols, maps, sets) is an
 * error that names the path, and nesting does not use the host's stack. Of a context only
 * what the program reads is looked at, so that a large one costs no more than a small one.
 */
import { argumentError, transportError } from "./errors.js";
import { plainJsonText, quote } from "./plain.js";
import { hasMember, type Plan } from "./project.js";

/** A container that is being written. */
interface Frame {
  readonly value: object;
  /** The names that may be written of an object; absent for an array. */
  readonly keys: readonly string[] | undefined;
  /** What is read of it; absent for all of it. */
  readonly plan: Plan | undefined;
  readonly length: number;
  next: number;
  written: boolean;
}

/** Deeper than any document, and what stops a `toJSON` that nests without end. */
const MAX_DEPTH = 1 << 17;
/** UTF-16 units; stops a sparse array of a billion holes. */
const MAX_LENGTH = 64 * 1024 * 1024;
const TOO_LONG = `makes more than ${MAX_LENGTH} characters of JSON`;
/** Text is gathered in pieces of about this length: one long concatenation is slow. */
const CHUNK_LENGTH = 4_096;
/** Segments of a path that a message shows at either end. */
const SHOWN_SEGMENTS = 12;

/**
 * JSON text of `root`, or undefined for undefined. `name` is how messages call the root;
 * with a plan only what is read of it is written.
 */
export function toJsonText(root: unknown, name: string, plan?: Plan): string | undefined {
  if (root === undefined) {
    return undefined;
  }
  const text = plainJsonText(root, plan);
  if (text !== undefined) {
    return text;
  }
  const value = unwrap(root, "");
  return value === undefined ? undefined : new Writer(name).write(value, plan);
}

/**
 * Checks that `text` is one JSON value and makes it safe to encode.
 *
 * The check keeps text from closing the member it is placed in and adding members of its
 * own to the request. Lone surrogates are escaped, since UTF-8 cannot hold them.
 */
export function checkedJsonText(text: string): string {
  try {
    JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw argumentError(`the context is not JSON: ${reason}`, "pass the text of one JSON value");
  }
  return text.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16)}`,
  );
}

class Writer {
  readonly #name: string;
  readonly #stack: Frame[] = [];
  readonly #open = new Set<object>();
  readonly #chunks: string[] = [];
  #length = 0;
  #out = "";

  constructor(name: string) {
    this.#name = name;
  }

  write(root: unknown, plan: Plan | undefined): string {
    this.#value(root, plan);
    for (let frame = this.#stack.at(-1); frame !== undefined; frame = this.#stack.at(-1)) {
      if (frame.next === frame.length) {
        this.#close(frame);
      } else if (frame.keys === undefined) {
        this.#element(frame);
      } else {
        this.#member(frame, frame.keys[frame.next] as string);
      }
    }
    this.#flush();
    return this.#chunks.join("");
  }

  #flush(): void {
    this.#chunks.push(this.#out);
    this.#length += this.#out.length;
    this.#out = "";
    if (this.#length > MAX_LENGTH) {
      throw this.#refuse(TOO_LONG);
    }
  }

  #element(frame: Frame): void {
    const index = frame.next++;
    const value = unwrap((frame.value as readonly unknown[])[index], String(index));
    this.#out += index === 0 ? "" : ",";
    this.#value(value === undefined ? null : value, frame.plan);
  }

  #member(frame: Frame, key: string): void {
    const plan = frame.plan?.plans[frame.next];
    frame.next += 1;
    if (frame.plan !== undefined && !hasMember(frame.value, key)) {
      return;
    }
    // `key` is an own member, so this never reads a prototype.
    const value = unwrap((frame.value as Record<string, unknown>)[key], key);
    if (value === undefined) {
      return;
    }
    this.#out += `${frame.written ? "," : ""}${quote(key)}:`;
    frame.written = true;
    this.#value(value, plan);
  }

  #value(value: unknown, plan: Plan | undefined): void {
    if (this.#out.length > CHUNK_LENGTH) {
      this.#flush();
    }
    switch (typeof value) {
      case "string":
        this.#out += quote(value);
        return;
      case "number":
        if (!Number.isFinite(value)) {
          throw this.#refuse(`is ${value}, which JSON cannot carry`);
        }
        // As JSON does: negative zero is written `0`.
        this.#out += String(value);
        return;
      case "boolean":
        this.#out += String(value);
        return;
      case "object":
        if (value === null) {
          this.#out += "null";
        } else {
          this.#openContainer(value, plan);
        }
        return;
      default:
        throw this.#refuse(`is a ${typeof value}, which JSON cannot carry`);
    }
  }

  #openContainer(value: object, plan: Plan | undefined): void {
    if (this.#open.has(value)) {
      throw this.#refuse("contains itself, which JSON cannot carry");
    }
    if (this.#stack.length === MAX_DEPTH) {
      throw this.#refuse(`is nested deeper than ${MAX_DEPTH} levels`);
    }
    const kind = Object.prototype.toString.call(value);
    if (kind === "[object Map]" || kind === "[object Set]") {
      throw this.#refuse(`is a ${kind.slice(8, -1)}, which JSON would send as {}`);
    }
    const keys = Array.isArray(value) ? undefined : (plan?.names ?? Object.keys(value));
    const length = keys?.length ?? (value as readonly unknown[]).length;
    // Every element takes two characters at least.
    if (keys === undefined && length > MAX_LENGTH / 2) {
      throw this.#refuse(TOO_LONG);
    }
    this.#open.add(value);
    this.#stack.push({ value, keys, plan, length, next: 0, written: false });
    this.#out += keys === undefined ? "[" : "{";
  }

  #close(frame: Frame): void {
    this.#out += frame.keys === undefined ? "]" : "}";
    this.#open.delete(frame.value);
    this.#stack.pop();
  }

  #refuse(why: string): Error {
    const segments = this.#stack.map(({ keys, next }) =>
      keys === undefined ? `[${next - 1}]` : memberSegment(keys[next - 1] as string),
    );
    const hidden = segments.length - 2 * SHOWN_SEGMENTS;
    if (hidden > 0) {
      segments.splice(SHOWN_SEGMENTS, hidden, "…");
    }
    return transportError(
      `\`${this.#name}${segments.join("")}\` ${why}`,
      "convert the value before passing it, or leave it out of what the expression sees",
    );
  }
}

/**
 * What `JSON.stringify` looks at in place of `value`: the answer of its `toJSON`, and the
 * primitive inside a `Number`, `String` or `Boolean` object.
 */
function unwrap(value: unknown, key: string): unknown {
  if ((typeof value !== "object" || value === null) && typeof value !== "bigint") {
    return value;
  }
  const { toJSON } = value as { toJSON?: unknown };
  const plain: unknown = typeof toJSON === "function" ? toJSON.call(value, key) : value;
  if (typeof plain !== "object" || plain === null) {
    return plain;
  }
  switch (Object.prototype.toString.call(plain)) {
    case "[object Number]":
      return Number(plain);
    case "[object String]":
      return String(plain);
    case "[object Boolean]":
      return unboxBoolean(plain);
    case "[object BigInt]":
      return BigInt(String(plain));
    default:
      return plain;
  }
}

/** An object that merely calls itself Boolean stays an object. */
function unboxBoolean(value: object): unknown {
  try {
    return Boolean.prototype.valueOf.call(value);
  } catch {
    return value;
  }
}

function memberSegment(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
