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

/** What an evaluation will cost in steps, as far as the source tells; equal on every host. */
export interface Estimate {
  /** An evaluation that succeeds takes no fewer steps. */
  readonly min: number;
  /**
   * A number of steps that no evaluation exceeds; or how they grow, as `O(n)`, where `n` is
   * the size of what the expression reads of its context and bindings, one for each value
   * and for each 32 bytes of text; or why the source sets no bound.
   */
  readonly max: `${number}` | `O(${string})` | `unbounded: ${string}`;
}

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
  readonly estimate?: Estimate;
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

// What surrounds the value in the result of an evaluation, by docs/wire.md.
const BEFORE_VALUE = '{"v":1,"ok":';
const BEFORE_COST = ',"steps":';
const BEFORE_ERROR = '{"v":1,"error":';

/**
 * The result document that `ask`, which establishes things, returns; it is asked once more
 * if the module had forgotten one of them. Throws the error of the document.
 */
export function evaluateWith(things: readonly Established[], ask: () => string): string {
  let document = ask();
  if (isRefused(document) && STALE.includes(errorCode(document))) {
    for (const thing of things) {
      thing.forget();
    }
    document = ask();
  }
  if (isRefused(document)) {
    throwError(JSON.parse(document) as Reply);
  }
  return document;
}

/** Whether a result document tells of an error. */
export function isRefused(document: string): boolean {
  return document.startsWith(BEFORE_ERROR);
}

function errorCode(document: string): string | undefined {
  return (JSON.parse(document) as Reply).error?.code;
}

/** The JSON text of the value in the result of an evaluation; undefined if there is none. */
export function valueText(document: string): string | undefined {
  if (!document.startsWith(BEFORE_VALUE)) {
    return undefined;
  }
  return document.slice(BEFORE_VALUE.length, document.lastIndexOf(BEFORE_COST));
}

/** The value in the result of an evaluation. */
export function valueOf(document: string): unknown {
  const text = valueText(document);
  return text === undefined ? undefined : JSON.parse(text);
}

/** What an evaluation cost, by the end of its result. */
export function costOfResult(document: string): Cost {
  return JSON.parse(`{${document.slice(document.lastIndexOf(BEFORE_COST) + 1)}`) as Cost;
}

/** The request of an evaluation, with what `member` made. */
export function evaluationRequest(options: EvaluateOptions, members: string): string {
  const { now, bindings, seed, limits, reads } = options;
  const time = now === undefined ? "" : `,"now":${toMilliseconds(now)}`;
  const given =
    member("bindings", toJsonText(bindings, "bindings")) +
    member("seed", toJsonText(seed, "seed")) +
    member("limits", toJsonText(limits, "limits")) +
    member("reads", toJsonText(reads, "reads"));
  return `{"v":1${time}${given}${members}}`;
}

/** A member after others; nothing where there is no JSON text. */
export function member(name: string, json: string | undefined): string {
  return json === undefined ? "" : `,"${name}":${json}`;
}

/** The members of a result document; its error, if it has one, is thrown. */
export function unwrapReply(document: string): Reply {
  const reply = JSON.parse(document) as Reply;
  throwError(reply);
  return reply;
}

/** What came of each expression of a batch. */
export function outcomes(document: string): Outcome[] {
  const { results = [] } = JSON.parse(document) as Reply;
  return results.map((result) =>
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
