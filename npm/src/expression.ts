/** Compiled expressions: small objects over a handle that the module may forget. */
import { dropGrown, establish, exchange, start } from "./engine.js";
import { type Plan, planOf, type Reads } from "./project.js";
import {
  costOfResult,
  type Established,
  type Estimate,
  type EvaluateOptions,
  evaluateWith,
  type Evaluation,
  evaluationRequest,
  isRefused,
  member,
  type Reply,
  unwrapReply,
  valueOf,
  valueText,
} from "./request.js";
import type { Cost } from "./errors.js";
import { checkedJsonText, toJsonText } from "./transport.js";

/** `workflow` is the contract; `jsonata` is plain JSONata 2.2. */
export type Profile = "workflow" | "jsonata";

/** How a source is to be read. */
export interface CompileOptions {
  /** `workflow` if absent. */
  readonly profile?: Profile | undefined;
}

/** A result as text and what it cost. */
export interface JsonEvaluation extends Cost {
  /** The engine's own bytes: equal on every host. Undefined where there is no value. */
  readonly json: string | undefined;
}

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
  /** What an evaluation will cost in steps, as far as the source tells. */
  readonly estimate: Estimate;
  /** @internal What the module keeps of it. */
  readonly program: Program;
  /** How to walk a live context; made for the first one, since who only checks has none. */
  #plan: Plan | "unmade" | undefined = "unmade";

  /** @internal Use `compile`. */
  constructor(source: string, profile: Profile) {
    this.source = source;
    this.profile = profile;
    this.program = new Program(source, profile);
    const reply = this.program.compile();
    this.functions = reply.functions ?? [];
    this.reads = reply.reads ?? true;
    this.estimate = reply.estimate ?? { min: 0, max: "unbounded: no estimate" };
  }

  /** The value of this expression over a live context; throws `ExpressionError`. */
  evaluate(context?: unknown, options?: EvaluateOptions): unknown {
    return valueOf(this.#run(this.#text(context, options), options));
  }

  /** Like `evaluate`, with the steps and bytes that it took. */
  evaluateWithCost(context?: unknown, options?: EvaluateOptions): Evaluation {
    const document = this.#run(this.#text(context, options), options);
    return { value: valueOf(document), ...costOfResult(document) };
  }

  /** Like `evaluateWithCost`, from JSON text (or nothing) to JSON text. */
  evaluateJson(context?: string, options?: EvaluateOptions): JsonEvaluation {
    const text = context === undefined ? undefined : checkedJsonText(context);
    const document = this.#run(text, options);
    return { json: valueText(document), ...costOfResult(document) };
  }

  /** What is read of a live context. */
  #text(context: unknown, options: EvaluateOptions | undefined): string | undefined {
    if (this.#plan === "unmade") {
      this.#plan = planOf(this.reads);
    }
    return toJsonText(context, "context", options?.reads === "all" ? undefined : this.#plan);
  }

  #run(context: string | undefined, options: EvaluateOptions = {}): string {
    const request = evaluationRequest(options, member("context", context));
    const { program } = this;
    return evaluateWith([program], () => {
      const handle = program.establish();
      return exchange(request, (wasm, length) => wasm.evaluate(handle, length));
    });
  }
}

/** A source and the handle of its program in one instance of the module. */
export class Program implements Established {
  readonly #source: string;
  readonly #profile: Profile;
  #handle = 0;
  #generation = 0;

  constructor(source: string, profile: Profile) {
    this.#source = source;
    this.#profile = profile;
  }

  /** Compiles it in the instance that runs now; throws `ExpressionError`. */
  compile(): Reply {
    const request = JSON.stringify({ v: 1, source: this.#source, profile: this.#profile });
    const { document, generation } = establish(request, (wasm, length) => wasm.compile(length));
    if (isRefused(document)) {
      // No program was kept that the instance would have to stay for.
      dropGrown();
    }
    const reply = unwrapReply(document);
    this.#handle = reply.handle ?? 0;
    this.#generation = generation;
    return reply;
  }

  establish(): number {
    if (this.#generation !== start().generation) {
      this.compile();
    }
    return this.#handle;
  }

  forget(): void {
    this.#generation = 0;
  }
}
