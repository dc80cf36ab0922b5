/**
 * One context for many expressions: it crosses to the module once.
 *
 * A batch evaluates known expressions in one crossing, over what they read of a context
 * together. Where an evaluation depends on the one before, `withContext` keeps the whole
 * context in the module for as long as a function runs.
 */
import { dropGrown, establish, exchange, start } from "./engine.js";
import { argumentError } from "./errors.js";
import type { Expression, Program } from "./expression.js";
import { joinReads, type Plan, planOf } from "./project.js";
import {
  costOfResult,
  type Established,
  evaluateWith,
  type Evaluation,
  evaluationRequest,
  member,
  outcomes,
  type Outcome,
  type SharedOptions,
  unwrapReply,
  valueOf,
} from "./request.js";
import { toJsonText } from "./transport.js";

/** Programs of one crossing: fewer than the module keeps, so that all of them are there. */
const LARGEST_CROSSING = 512;

/** Expressions that are evaluated together. */
export class Batch {
  readonly expressions: readonly Expression[];
  readonly #programs: readonly Program[];
  readonly #plan: Plan | undefined;

  /** @internal Use `batch`. */
  constructor(expressions: readonly Expression[]) {
    this.expressions = [...expressions];
    this.#programs = expressions.map(({ program }) => program);
    this.#plan = planOf(expressions.map(({ reads }) => reads).reduce(joinReads, {}));
  }

  /** What came of each expression over a live context, in their order. */
  evaluate(context?: unknown, options: SharedOptions = {}): Outcome[] {
    const text = toJsonText(context, "context", this.#plan);
    const found: Outcome[] = [];
    for (let from = 0; from < this.#programs.length; from += LARGEST_CROSSING) {
      const things = this.#programs.slice(from, from + LARGEST_CROSSING);
      const document = evaluateWith(things, () => {
        const programs = `[${things.map((program) => program.establish()).join()}]`;
        const members = member("context", text) + member("programs", programs);
        const request = evaluationRequest(options, members);
        return exchange(request, (wasm, length) => wasm.evaluate(0, length));
      });
      found.push(...outcomes(document));
    }
    return found;
  }
}

/** Expressions to be evaluated together, over one context in one crossing. */
export function batch(expressions: readonly Expression[]): Batch {
  return new Batch(expressions);
}

/** A context that stays in the module while the function given to `withContext` runs. */
export class SharedContext {
  readonly #context: ResidentContext;

  /** @internal Use `withContext`. */
  constructor(context: ResidentContext) {
    this.#context = context;
  }

  /** The value of an expression over this context; throws `ExpressionError`. */
  evaluate(expression: Expression, options?: SharedOptions): unknown {
    return valueOf(this.#run(expression, options));
  }

  /** Like `evaluate`, with the steps and bytes that it took. */
  evaluateWithCost(expression: Expression, options?: SharedOptions): Evaluation {
    const document = this.#run(expression, options);
    return { value: valueOf(document), ...costOfResult(document) };
  }

  #run({ program }: Expression, options: SharedOptions = {}): string {
    return evaluateWith([program, this.#context], () => {
      const handle = program.establish();
      const resident = member("resident", String(this.#context.establish()));
      const request = evaluationRequest(options, resident);
      return establish(request, (wasm, length) => wasm.evaluate(handle, length)).document;
    });
  }
}

/**
 * Runs `use` with a context that crosses to the module once, whole. It must not be used
 * after `use` has returned, so `use` cannot wait for a promise.
 */
export function withContext<T>(context: unknown, use: (shared: SharedContext) => T): T {
  const resident = new ResidentContext(toJsonText(context, "context"));
  try {
    return use(new SharedContext(resident));
  } finally {
    resident.end();
  }
}

/** The text of a context and its number in one instance of the module. */
class ResidentContext implements Established {
  readonly #request: string;
  #number = 0;
  #generation = 0;
  #ended = false;

  constructor(text: string | undefined) {
    this.#request = text === undefined ? '{"v":1}' : `{"v":1,"context":${text}}`;
  }

  establish(): number {
    if (this.#ended) {
      throw argumentError(
        "the context is used after `withContext` has ended",
        "evaluate inside of the function given to `withContext`, which must not be async",
      );
    }
    if (this.#generation !== start().generation) {
      const load = establish(this.#request, (wasm, length) => wasm.load(length));
      this.#number = unwrapReply(load.document).resident ?? 0;
      this.#generation = load.generation;
    }
    return this.#number;
  }

  forget(): void {
    this.#generation = 0;
  }

  /** The module gives its memory back; one inside of which this one ran loads its own again. */
  end(): void {
    this.#ended = true;
    if (!dropGrown() && this.#generation === start().generation) {
      exchange("", (wasm, length) => wasm.load(length));
    }
  }
}
