/** Failures of steps, as Temporal has them and as definitions see them. */
import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  TemporalFailure,
} from "@temporalio/workflow";

/** What `error` is in a `catch` block. */
export interface StepError {
  readonly type: string;
  readonly message: string;
  /** The code of an expression's error. */
  readonly code: string | null;
  readonly stepPath: string;
}

/** A failure of a step that nobody should try again. */
export function failure(type: string, message: string, ...details: unknown[]): ApplicationFailure {
  return ApplicationFailure.create({ type, message, details, nonRetryable: true });
}

/**
 * Whether a definition may catch it. A cancelled run is to end; and what is no failure at
 * all, such as an engine that does not fit the history, is for whoever operates the worker.
 */
export function isCatchable(thrown: unknown): boolean {
  return thrown instanceof TemporalFailure && !isCancellation(thrown);
}

/** What the definition is told of a failure. */
export function stepError(thrown: unknown, stepPath: string): StepError {
  // An activity's failure only says that it failed; its cause says why.
  const cause = thrown instanceof ActivityFailure ? (thrown.cause ?? thrown) : (thrown as Error);
  const { type, details } = cause as Partial<ApplicationFailure>;
  const [detail] = (details ?? []) as readonly ({ readonly code?: string } | undefined)[];
  return { type: type ?? cause.name, message: cause.message, code: detail?.code ?? null, stepPath };
}
