/** The questions of the contract around expressions, which the module decides. */
import { exchange } from "./engine.js";
import type { Cost, ErrorDetails } from "./errors.js";
import { toJsonText } from "./transport.js";

/** Members of a result of `decide`; docs/wire.md says which ask has which. */
export interface Decision extends Partial<Cost> {
  readonly ok?: unknown;
  readonly error?: DecisionError;
  readonly redactionPaths?: readonly string[];
}

/** An error, with what a mapping adds when an expression or a secret in it fails. */
export interface DecisionError extends ErrorDetails {
  readonly category?: "ExpressionError" | "ActionError";
  readonly path?: string;
}

/** Puts a question to the module. Members that are undefined are left out. */
export function decide(ask: string, members: Readonly<Record<string, unknown>> = {}): Decision {
  let request = `{"v":1,"ask":"${ask}"`;
  for (const [name, value] of Object.entries(members)) {
    const json = toJsonText(value, name);
    request += json === undefined ? "" : `,"${name}":${json}`;
  }
  const document = exchange(`${request}}`, (wasm, length) => wasm.decide(length));
  return JSON.parse(document) as Decision;
}
