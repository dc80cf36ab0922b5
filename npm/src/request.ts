/** Evaluations as they cross: members of the request and of the reply. */
import { type Cost, type ErrorDetails, ExpressionError } from "./errors.js";
import type { Reads } from "./project.js";
import { type Instant, toMilliseconds } from "./time.js";
import { toJsonText } from "./transport.js";

/** What an evaluation may use up; the engine's defaults stand for what is absent. */
export interface Limits {
  readonly steps?: number;
  readonly bytes?: number;
  /** Nested calls of functions that the expression defines. */
  readonly depth?: number;
}

/** What an evaluation over a shared context is given. */
export interface SharedOptions {
  /** What the clock says; reading a clock that was not given is an error. */
  readonly now?: Instant | undefined;
  /** Where `$random` and `$shuffle` start; using them without one is an error. */
  readonly seed?: number | undefined;
  readonly limits?: Limits | undefined;
}

/** What an evaluation is given besides its context. */
export interface EvaluateOptions extends SharedOptions {
  /** Variables, by name without `$`; profile `jsonata` only. */
  readonly bindings?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Sends and reads the whole context, and not only what the expression reads of it. The
   * result and its cost are the same; it is there to prove that.
   */
  readonly reads?: "all" | undefined;
}

/** A value and what it cost. */
export interface Evaluation extends Cost {
  /** Undefined only in the profile `jsonata`, where an expression may yield nothing. */
  readonly value: unknown;
}

/** What came of one expression of a batch; its error is an answer, not an exception. */
export type Outcome =
  | ({ readonly ok: true } & Evaluation)
  | { readonly ok: false; readonly error: ExpressionError };

/** Members of a result document; which of them are there depends on the call. */
export interface Reply extends Partial<Cost> {
  readonly ok?: unknown;
  readonly error?: ErrorDetails;
  readonly handle?: number;
  readonly resident?: number;
  readonly results?: readonly Reply[];
  readonly normalized?: string;
  readonly functions?: readonly string[];
  readonly reads?: Reads;
}

/** A reply and the document that it stands in. */
export interface Answer {
  readonly reply: Reply;
  readonly document: string;
}

/** Something that the module keeps for us and may forget. */
export interface Established {
  /** Its number in the instance that runs now, established again where that is needed. */
  establish(): number;
  /** What the module said was stale must be established again. */
  forget(): void;
}

/** The codes of the errors that answer what the module does not keep any more. */
const STALE: readonly (string | undefined)[] = ["W0108", "W0111"];

/**
 * The answer of `ask`, which establishes things and returns the result document; it is
 * asked once more if the module had forgotten one of them. Throws the error of the reply.
 */
export function evaluateWith(things: readonly Established[], ask: () => string): Answer {
  let answer = read(ask());
  if (STALE.includes(answer.reply.error?.code)) {
    for (const thing of things) {
      thing.forget();
    }
    answer = read(ask());
  }
  throwError(answer.reply);
  return answer;
}

function read(document: string): Answer {
  return { reply: JSON.parse(document) as Reply, document };
}

/** The request of an evaluation; `members` are JSON texts by name, absent where undefined. */
export function evaluationRequest(
  options: EvaluateOptions,
  members: Readonly<Record<string, string | undefined>>,
): string {
  const { now, bindings, seed, limits, reads } = options;
  let request = '{"v":1';
  const add = (name: string, json: string | undefined): void => {
    request += json === undefined ? "" : `,"${name}":${json}`;
  };
  add("now", now === undefined ? undefined : String(toMilliseconds(now)));
  add("bindings", toJsonText(bindings, "bindings"));
  add("seed", toJsonText(seed, "seed"));
  add("limits", toJsonText(limits, "limits"));
  add("reads", toJsonText(reads, "reads"));
  for (const [name, json] of Object.entries(members)) {
    add(name, json);
  }
  return `${request}}`;
}

/** The members of a result document; its error, if it has one, is thrown. */
export function unwrapReply(document: string): Reply {
  const reply = JSON.parse(document) as Reply;
  throwError(reply);
  return reply;
}

/** What came of each expression of a batch. */
export function outcomes(reply: Reply): Outcome[] {
  return (reply.results ?? []).map((result) =>
    result.error === undefined
      ? { ok: true, value: result.ok, ...costOf(result) }
      : { ok: false, error: new ExpressionError(result.error, costOf(result)) },
  );
}

export function costOf({ steps = 0, bytes = 0 }: Partial<Cost>): Cost {
  return { steps, bytes };
}

function throwError(reply: Reply): void {
  if (reply.error !== undefined) {
    const cost = reply.steps === undefined ? undefined : costOf(reply);
    throw new ExpressionError(reply.error, cost);
  }
}
