/** The engine of one run: every call is given the workflow's clock and the run's limits. */
import {
  type Assignments,
  assignScopes,
  type DecideOptions,
  matchWait,
  resolveMapping,
  type Resolved,
  type Scopes,
  type SecretOutcome,
  secretsOfMapping,
  validateWait,
  type WaitDescriptor,
  type WaitMatch,
  type WrittenScopes,
} from "./contract.js";
import { Expression } from "./expression.js";
import { failing, toApplicationFailure } from "./failure.js";
import type { EnginePin } from "./pin.js";
import type { Limits } from "./request.js";
import { batch, withContext } from "./shared.js";

/** An expression that is evaluated by the workflow's clock. */
export interface WorkflowExpression {
  readonly source: string;
  /** The value over `context`; throws an `ApplicationFailure`. */
  evaluate(context: unknown): unknown;
}

/** What a mapping in a workflow is resolved with. */
export interface WorkflowMapping {
  /** What the expressions see. */
  readonly context: unknown;
  /** What an activity found of each secret, by name; without it every secret fails. */
  readonly secrets?: Readonly<Record<string, SecretOutcome>> | undefined;
}

/** The engine of a run. Whatever an expression fails with is an `ApplicationFailure`. */
export interface WorkflowEngine {
  /** What the run began with; undefined if it is older than this package. */
  readonly recorded: EnginePin | undefined;
  /** Compiles a source. */
  compile(source: string): WorkflowExpression;
  /** Compiles and evaluates. */
  evaluate(source: string, context: unknown): unknown;
  /**
   * The values of sources over one context, of which only what they read crosses to the
   * module, once. The first source that fails, in their order, is what is thrown.
   */
  evaluateAll(sources: readonly string[], context: unknown): unknown[];
  /**
   * Calls `use` with a function that evaluates sources over a context, which crosses to the
   * module once and whole: for expressions that depend on what others gave. `use` must not
   * be async, and its function is of no use afterwards.
   */
  withContext<T>(context: unknown, use: (evaluate: (source: string) => unknown) => T): T;
  /** The names of the secrets in a mapping: what an activity has to look up first. */
  secretsOfMapping(mapping: unknown): readonly string[];
  /** Resolves the mapping of an input. */
  resolveMapping(
    mapping: Readonly<Record<string, unknown>> | null | undefined,
    given: WorkflowMapping,
  ): Resolved;
  /** Writes to the scopes of a run; the result has those that were given or written. */
  assignScopes(scopes: Scopes, assignments: Assignments): WrittenScopes;
  /** Which of the signals, in the order of their arrival, a wait takes. */
  matchWait(descriptor: WaitDescriptor, signals: readonly unknown[]): WaitMatch;
  /** Everything that is wrong with the configuration of an `event.wait`. */
  validateWait(config: unknown): readonly string[];
}

/** An engine that keeps to what a run recorded. */
export class RunEngine implements WorkflowEngine {
  readonly recorded: EnginePin | undefined;
  readonly #limits: Limits | undefined;

  constructor(recorded: EnginePin | undefined, limits: Limits | undefined) {
    this.recorded = recorded;
    this.#limits = limits;
  }

  compile(source: string): WorkflowExpression {
    const expression = failing(() => compiled(source));
    return {
      source,
      evaluate: (context) => failing(() => expression.evaluate(context, this.#given())),
    };
  }

  evaluate(source: string, context: unknown): unknown {
    return failing(() => compiled(source).evaluate(context, this.#given()));
  }

  evaluateAll(sources: readonly string[], context: unknown): unknown[] {
    const outcomes = failing(() => batch(sources.map(compiled)).evaluate(context, this.#given()));
    return outcomes.map((outcome) => {
      if (!outcome.ok) {
        throw toApplicationFailure(outcome.error);
      }
      return outcome.value;
    });
  }

  withContext<T>(context: unknown, use: (evaluate: (source: string) => unknown) => T): T {
    return failing(() =>
      withContext(context, (shared) =>
        use((source) => failing(() => shared.evaluate(compiled(source), this.#given()))),
      ),
    );
  }

  secretsOfMapping(mapping: unknown): readonly string[] {
    return failing(() => secretsOfMapping(mapping));
  }

  resolveMapping(
    mapping: Readonly<Record<string, unknown>> | null | undefined,
    { context, secrets }: WorkflowMapping,
  ): Resolved {
    return failing(() => resolveMapping(mapping, { context, secrets, ...this.#given() }));
  }

  assignScopes(scopes: Scopes, assignments: Assignments): WrittenScopes {
    return failing(() => assignScopes(scopes, assignments, this.#given()));
  }

  matchWait(descriptor: WaitDescriptor, signals: readonly unknown[]): WaitMatch {
    return failing(() => matchWait(descriptor, signals, this.#given()));
  }

  validateWait(config: unknown): readonly string[] {
    return failing(() => validateWait(config));
  }

  #given(): DecideOptions {
    return { now: Date.now(), limits: this.#limits };
  }
}

const compiled = (source: string): Expression => new Expression(source, "workflow");
