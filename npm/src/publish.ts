/** The check of a whole workflow definition before it is published. */
import { decide } from "./decide.js";
import { type ErrorDetails, ExpressionError } from "./errors.js";

/** What a diagnostic is about; a published code never changes its meaning. */
export type DiagnosticCode =
  | "INVALID_EXPR"
  | "EMPTY_EXPRESSION"
  | "DUPLICATE_STEP_ID"
  | "INVALID_ASSIGN_PATH"
  | "EVENT_WAIT_UNCORRELATABLE"
  | "EVENT_WAIT_CORRELATION_CONTRACT"
  | "CERTAIN_FAILURE"
  | "ALWAYS_MISSING"
  | "FOREIGN_CALL"
  | "NON_DETERMINISTIC";

/** Something that is wrong with a definition, or likely to be. */
export interface Diagnostic {
  /** A definition with an error must not be published. */
  readonly severity: "error" | "warning";
  readonly code: DiagnosticCode;
  readonly message: string;
  /** Where in the definition, as a JSON pointer. */
  readonly pointer: string;
  /** The id of the step it is in. */
  readonly stepId?: string;
  /** The step it is in, such as `root.steps[0].then.steps[1]`. */
  readonly stepPath?: string;
  /** How an expression breaks the contract, with its place in the source. */
  readonly error?: ErrorDetails;
  readonly line?: number;
  readonly column?: number;
  /** The nearest name that would be allowed. */
  readonly suggestion?: string;
}

/** The outcome of `checkDefinition`. */
export interface DefinitionCheck {
  /** Whether no diagnostic is an error. */
  readonly valid: boolean;
  /** How many expressions there are. */
  readonly expressions: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** What waits are checked against: one of the two, or nothing. */
export interface CheckOptions {
  /** A document of correlation rules. */
  readonly rules?: unknown;
  /** The text of the variable that `rules` replaces; null for its defaults. */
  readonly legacyRules?: string | null;
}

/**
 * Everything that is wrong with a definition, in the order of its steps.
 *
 * An invalid definition is an answer; what throws is a definition that is no object, or
 * that JSON cannot carry.
 */
export function checkDefinition(definition: object, options: CheckOptions = {}): DefinitionCheck {
  const { rules, legacyRules } = options;
  const { ok, error } = decide("document", { definition, rules, legacyRules });
  if (error !== undefined) {
    throw new ExpressionError(error);
  }
  return ok as DefinitionCheck;
}
