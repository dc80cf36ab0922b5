/** Errors of expressions → what a workflow throws for them. */
import { ApplicationFailure } from "@temporalio/workflow";

import { MappingError, type MappingErrorDetails } from "./contract.js";
import { type ErrorDetails, ExpressionError } from "./errors.js";

/**
 * What a workflow throws for an error of an expression: a failure that is not retried, with
 * all members of the error as details.
 *
 * Its type is `ExpressionError.` and the error's class, or `ActionError` for a secret that
 * was not found. An error of class `host` is otherwise no answer to the expression but a
 * fault of the machine: it stays what it is, so that the workflow task is tried again.
 */
export function toApplicationFailure(error: unknown): unknown {
  if (!(error instanceof ExpressionError)) {
    return error;
  }
  const asked = error instanceof MappingError && error.category === "ActionError";
  if (error.class === "host" && !asked) {
    return error;
  }
  return ApplicationFailure.create({
    message: error.message,
    type: asked ? "ActionError" : `ExpressionError.${error.class}`,
    nonRetryable: true,
    details: [details(error)],
  });
}

/** Runs `run`; the errors of expressions become failures. */
export function failing<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw toApplicationFailure(error);
  }
}

function details(error: ExpressionError): ErrorDetails & Partial<MappingErrorDetails> {
  const { message, position, token, span, line, column, help, suggestion } = error;
  const { category, path } = error as Partial<MappingError>;
  const redactionPaths = error.redactionPaths.length > 0 ? error.redactionPaths : undefined;
  const optional = {
    position, token, span, line, column, help, suggestion, category, path, redactionPaths,
  };
  const present = Object.entries(optional).filter(([, value]) => value !== undefined);
  return { class: error.class, code: error.code, message, ...Object.fromEntries(present) };
}
