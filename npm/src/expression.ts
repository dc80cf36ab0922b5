/** Compiled expressions: small objects over a handle that the module may forget. */
import { establish, exchange, start, type WasmExports } from "./engine.js";
import { type Cost, type ErrorDetails, ExpressionError } from "./errors.js";
import { type Plan, planOf, type Reads } from "./project.js";
import { type Instant, toMilliseconds } from "./time.js";
import { checkedJsonText, toJsonText } from "./transport.js";

/** `workflow` is the contract; `jsonata` is plain JSONata 2.2. */
export type Profile = "workflow" | "jsonata";

/** How a source is to be read. */
export interface CompileOptions {
  /** `workflow` if absent. */
  readonly profile?: Profile | undefined;
}

/** What an evaluation may use up; the engine's defaults stand for what is absent. */
export interface Limits {
  readonly steps?: number;
  readonly bytes?: number;
  /** Nested calls of functions that the expression defines. */
  readonly depth?: number;
}

/** What an evaluation is given besides its context. */
export interface EvaluateOptions {
  /** What the clock says; reading a clock that was not given is an error. */
  readonly now?: Instant | undefined;
  /** Variables, by name without `$`; profile `jsonata` only. */
  readonly bindings?: Readonly<Record<string, unknown>> | undefined;
  /** Where `$random` and `$shuffle` start; using them without one is an error. */
  readonly seed?: number | undefined;
  readonly limits?: Limits | undefined;
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

/** A result as text and what it cost. */
export interface JsonEvaluation extends Cost {
  /** The engine's own bytes: equal on every host. Undefined where there is no value. */
  readonly json: string | undefined;
}

/** Members of a result document; which of them are there depends on the call. */
export interface Reply extends Partial<Cost> {
  readonly ok?: unknown;
  readonly error?: ErrorDetails;
  readonly handle?: number;
  readonly normalized?: string;
  readonly functions?: readonly string[];
  readonly reads?: Reads;
}

/** The code of the error that answers a released or evicted handle. */
const STALE_HANDLE = "W0108";
/** What surrounds the value in the result of an evaluation, by docs/wire.md. */
const BEFORE_VALUE = '{"v":1,"ok":';
const AFTER_VALUE = /,"steps":\d+,"bytes":\d+\}$/;

/**
 * A compiled expression, ready to be evaluated any number of times.
 *
 * It owns nothing that has to be freed: the module keeps a bounded number of programs,
 * and an expression whose program is gone compiles itself again when it is used.
 */
export class Expression {
  /** The source as it was authored. */
  readonly source: string;
  readonly profile: Profile;
  /** The names that the source calls, in the order of the contract's walk. */
  readonly functions: readonly string[];
  /** What it reads of its context: nothing else of a live context is looked at. */
  readonly reads: Reads;
  readonly #plan: Plan | undefined;
  #handle = 0;
  #generation = 0;

  /** @internal Use `compile`. */
  constructor(source: string, profile: Profile) {
    this.source = source;
    this.profile = profile;
    const reply = this.#compile();
    this.functions = reply.functions ?? [];
    this.reads = reply.reads ?? true;
    this.#plan = planOf(this.reads);
  }

  /** The value of this expression over a live context; throws `ExpressionError`. */
  evaluate(context?: unknown, options?: EvaluateOptions): unknown {
    return this.evaluateWithCost(context, options).value;
  }

  /** Like `evaluate`, with the steps and bytes that it took. */
  evaluateWithCost(context?: unknown, options?: EvaluateOptions): Evaluation {
    const plan = options?.reads === "all" ? undefined : this.#plan;
    const { ok, ...cost } = this.#run(toJsonText(context, "context", plan), options).reply;
    return { value: ok, ...costOf(cost) };
  }

  /** Like `evaluateWithCost`, from JSON text (or nothing) to JSON text. */
  evaluateJson(context?: string, options?: EvaluateOptions): JsonEvaluation {
    const text = context === undefined ? undefined : checkedJsonText(context);
    const { reply, document } = this.#run(text, options);
    const json =
      "ok" in reply
        ? document.slice(BEFORE_VALUE.length, document.search(AFTER_VALUE))
        : undefined;
    return { json, ...costOf(reply) };
  }

  #compile(): Reply {
    const request = JSON.stringify({ v: 1, source: this.source, profile: this.profile });
    const { document, generation } = establish(request);
    const reply = unwrapReply(document);
    this.#handle = reply.handle ?? 0;
    this.#generation = generation;
    return reply;
  }

  #run(context: string | undefined, options: EvaluateOptions = {}): Answer {
    const request = evaluationRequest(context, options);
    const evaluate = (wasm: WasmExports, length: number): number =>
      wasm.evaluate(this.#handle, length);
    if (this.#generation !== start().generation) {
      this.#compile();
    }
    let document = exchange(request, evaluate);
    let reply = JSON.parse(document) as Reply;
    if (reply.error?.code === STALE_HANDLE) {
      this.#compile();
      document = exchange(request, evaluate);
      reply = JSON.parse(document) as Reply;
    }
    throwError(reply);
    return { reply, document };
  }
}

interface Answer {
  readonly reply: Reply;
  readonly document: string;
}

/** The members of a result document; its error, if it has one, is thrown. */
export function unwrapReply(document: string): Reply {
  const reply = JSON.parse(document) as Reply;
  throwError(reply);
  return reply;
}

/** Fails with the error of a result document, if it has one. */
function throwError(reply: Reply): void {
  if (reply.error !== undefined) {
    throw new ExpressionError(
      reply.error,
      reply.steps === undefined ? undefined : costOf(reply),
    );
  }
}

function costOf({ steps = 0, bytes = 0 }: Partial<Cost>): Cost {
  return { steps, bytes };
}

function evaluationRequest(context: string | undefined, options: EvaluateOptions): string {
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
  add("context", context);
  return `${request}}`;
}
