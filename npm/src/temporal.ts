/**
 * Expressions in Temporal workflow code.
 *
 * The clock is the workflow's own, errors are failures that Temporal does not retry, and a
 * run keeps to the engine that it began with: what that was stands in its history.
 */
import { patched, proxyLocalActivities, proxySinks } from "@temporalio/workflow";

import { describe, digest } from "./index.js";
import { type EnginePin, type PinActivities, type PinSinks, RECORD_ACTIVITY } from "./pin.js";
import type { Limits } from "./request.js";
import { RunEngine, type WorkflowEngine } from "./run.js";

export { toApplicationFailure } from "./failure.js";
export type { EnginePin } from "./pin.js";
export type { WorkflowEngine, WorkflowExpression, WorkflowMapping } from "./run.js";

/** How a run takes its engine. */
export interface EngineOptions {
  /** Refuses to replay with another module, also if it has the same contract. */
  readonly strict?: boolean;
  /** Limits of every evaluation. A run keeps those that it began with. */
  readonly limits?: Limits;
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
    return new RunEngine(undefined, limits);
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
  return new RunEngine(recorded, recorded.limits);
}

function warn(message: string): void {
  // The workflow's own log is silent during a replay, which is when this matters.
  proxySinks<PinSinks>().workflowExpression.warn(message);
}
