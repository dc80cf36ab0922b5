/**
 * Which engine a run began with, as workflow code and worker agree on it.
 *
 * This is all that both sides share: the worker must not load workflow code, nor workflow
 * code what belongs to the worker.
 */
import type { Limits } from "./request.js";

/** What a run records, once. */
export interface EnginePin {
  /** What expressions mean, such as `workflow/1`. */
  readonly contract: string;
  /** The SHA-256 of the module. */
  readonly digest: string;
  /** The limits that differ from the engine's own. */
  readonly limits?: Limits;
}

/** The name of the local activity that puts the record into the history. */
export const RECORD_ACTIVITY = "workflowExpressionRecordEngine";

/** The activities by which the worker takes part. */
export type PinActivities = {
  [RECORD_ACTIVITY](pin: EnginePin): Promise<EnginePin>;
};

/** The sinks through which a run speaks also while it is replayed. */
export type PinSinks = {
  workflowExpression: { warn(message: string): void };
};
