/**
 * Expressions in Temporal workflow code.
 *
 * The clock is the workflow's own, errors are failures that Temporal does not retry, and a
 * run keeps to the engine that it began with: what that was stands in its history.
 */
import { ApplicationFailure, patched, proxyLocalActivities, proxySinks } from "@temporalio/workflow";

import { type ErrorDetails, ExpressionError } from "./errors.js";
import { Expression } from "./expression.js";
import { describe, digest } from "./index.js";
import { type EnginePin, type PinActivities, type PinSinks, RECORD_ACTIVITY } from "./pin.js";
import type { Limits } from "./request.js";

export type { EnginePin } from "./pin.js";

/** How a run takes its engine. */
export interface EngineOptions {
  /** Refuses to replay with another module, also if it has the same contract. */
  readonly strict?: boolean;
  /** Limits of every evaluation. A run keeps those that it began with. */
  readonly limits?: Limits;
}

/** An expression that is evaluated by the workflow's clock. */
export interface WorkflowExpression {
  readonly source: string;
  /** The value over `context`; throws an `ApplicationFailure`. */
  evaluate(context: unknown): unknown;
}

/** The engine of a run. */
export interface WorkflowEngine {
  /** What the run began with; undefined if it is older than this package. */
  readonly recorded: EnginePin | undefined;
  /** Compiles a source; throws an `ApplicationFailure`. */
  compile(source: string): WorkflowExpression;
  /** Compiles and evaluates; throws an `ApplicationFailure`. */
  evaluate(source: string, context: unknown): unknown;
}

/** The run cannot go on with this package: its workflow task fails until one that fits runs. */
export class EngineMismatch extends Error {
  override readonly name = "EngineMismatch";
}

/** Marks runs that record their engine. Its end is the contract's version. */
const MARKER = "workflow-expr/workflow-1";

/**
 * The engine of this run; to be awaited once, before the first expression.
 *
 * A new run records contract, module and limits. A run that is replayed compares them:
 * another contract is an `EngineMismatch`, another module a warning, or a mismatch too if
 * `strict`. A run that is older than this package has no record and goes on with a warning.
 * What a run continues as is a run of its own and records anew.
 */
export async function workflowEngine(options: EngineOptions = {}): Promise<WorkflowEngine> {
  const { strict = false, limits } = options;
  const { contract } = describe();
  if (!patched(MARKER)) {
    warn("this run began before its engine was recorded, so values may differ from those it saw");
    return engine(undefined, limits);
  }
  const { [RECORD_ACTIVITY]: record } = proxyLocalActivities<PinActivities>({
    startToCloseTimeout: "10 seconds",
  });
  const recorded = await record({ contract, digest, ...(limits === undefined ? {} : { limits }) });
  if (recorded.contract !== contract) {
    throw new EngineMismatch(
      `this run began with the contract ${recorded.contract}, and this package has ${contract}`,
    );
  }
  if (recorded.digest !== digest) {
    const message = `this run began with the module ${recorded.digest}, and this package has ${digest}`;
    if (strict) {
      throw new EngineMismatch(message);
    }
    warn(message);
  }
  return engine(recorded, recorded.limits);
}

/**
 * What a workflow throws for an error of an expression: a failure that is not retried, with
 * the error's class as type and all its members as details.
 *
 * An error of class `host` is no answer to the expression but a fault of the machine. It
 * stays what it is, so that the workflow task is tried again.
 */
export function toApplicationFailure(error: unknown): unknown {
  if (!(error instanceof ExpressionError) || error.class === "host") {
    return error;
  }
  return ApplicationFailure.create({
    message: error.message,
    type: `ExpressionError.${error.class}`,
    nonRetryable: true,
    details: [details(error)],
  });
}

function engine(recorded: EnginePin | undefined, limits: Limits | undefined): WorkflowEngine {
  const compile = (source: string): WorkflowExpression => {
    const expression = failing(() => new Expression(source, "workflow"));
    return {
      source,
      evaluate: (context) =>
        failing(() => expression.evaluate(context, { now: Date.now(), limits })),
    };
  };
  return {
    recorded,
    compile,
    evaluate: (source, context) => compile(source).evaluate(context),
  };
}

function failing<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw toApplicationFailure(error);
  }
}

function warn(message: string): void {
  // The workflow's own log is silent during a replay, which is when this matters.
  proxySinks<PinSinks>().workflowExpression.warn(message);
}

function details(error: ExpressionError): ErrorDetails {
  const { message, position, token, span, line, column, help, suggestion } = error;
  const optional = { position, token, span, line, column, help, suggestion };
  const present = Object.entries(optional).filter(([, value]) => value !== undefined);
  return { class: error.class, code: error.code, message, ...Object.fromEntries(present) };
}
