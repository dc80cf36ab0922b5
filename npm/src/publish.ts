/** The check of a whole workflow definition before it is published. */
import { checkDocument, type Diagnostic as AnyDiagnostic, type RuleSource } from "./contract.js";

export type { CorrelationRule, CorrelationRules, RuleSource } from "./contract.js";

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
export interface Diagnostic extends AnyDiagnostic {
  readonly code: DiagnosticCode;
}

/** The outcome of `checkDefinition`. */
export interface DefinitionCheck {
  /** Whether no diagnostic is an error. */
  readonly valid: boolean;
  /** How many expressions there are. */
  readonly expressions: number;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Everything that is wrong with a definition, in the order of its steps.
 *
 * An invalid definition is an answer; what throws is a definition that is no object, or
 * that JSON cannot carry.
 */
export function checkDefinition(definition: object, rules?: RuleSource): DefinitionCheck {
  return checkDocument(definition, rules) as DefinitionCheck;
}
