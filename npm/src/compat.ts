/**
 * The interface that existing callers import, over the one engine: the same names, the same
 * promises, the same texts of errors.
 *
 * What was a plain object from npm `jsonata` is an `ExpressionError` now, which is a real
 * `Error`. The clock that expressions read is `Date.now()` at the start of each call.
 */
import {
  type Expr,
  type FunctionInfo,
  listFunctions,
  resolveExpressions as resolve,
} from "./contract.js";
import { ExpressionError } from "./errors.js";
import { Expression } from "./expression.js";
import { validate } from "./index.js";

export type { Expr, FunctionInfo } from "./contract.js";
export { ExpressionError } from "./errors.js";
export {
  expandDottedKeys,
  type MappingFailure,
  type MappingResolverOptions,
  resolveExpressions,
  resolveInputMapping,
  resolveMappingValue,
  type SecretResolver,
} from "./mapping.js";

/** What an expression sees; any value will do. */
export type ExpressionContext = Readonly<Record<string, unknown>>;

/** A compiled expression. */
export interface CompiledExpression {
  /** The source as it was authored. */
  readonly source: string;
  /**
   * The value over `context`.
   *
   * What an evaluation may use up is limited by the engine's budget, which is the same on
   * every host. `timeoutMs` is an outer bound of this host alone: what took longer by its
   * clock is refused afterwards. Without it there is none.
   */
  evaluate(context: unknown, timeoutMs?: number): Promise<unknown>;
}

/** The functions that expressions may call. */
export const WORKFLOW_RUNTIME_ALLOWED_FUNCTIONS = [
  "nowIso",
  "coalesce",
  "len",
  "toString",
  "append",
] as const;

/** The name of a function that expressions may call. */
export type WorkflowRuntimeAllowedFunction = (typeof WORKFLOW_RUNTIME_ALLOWED_FUNCTIONS)[number];

/** Compiles an expression; throws `ExpressionError`. */
export function compileExpression({ $expr }: Expr): CompiledExpression {
  expectText($expr);
  const expression = new Expression($expr, "workflow");
  return {
    source: $expr,
    evaluate: async (context, timeoutMs) => {
      const now = Date.now();
      const value = expression.evaluate(context, { now });
      if (timeoutMs !== undefined && Date.now() - now > timeoutMs) {
        throw new ExpressionError({
          class: "host",
          code: "X0202",
          message: `Expression evaluation exceeded ${timeoutMs}ms`,
          help: "the time depends on the machine; limit steps and bytes instead",
        });
      }
      return value;
    },
  };
}

/** Returns nothing for a valid source and throws `ExpressionError` for any other. */
export function validateExpressionSource(source: string): void {
  expectText(source);
  const validation = validate(source);
  if (!validation.valid) {
    throw validation.error;
  }
}

/** What is no text fails as it does inside of a value: its author is at fault. */
function expectText(source: unknown): void {
  if (typeof source !== "string") {
    resolve({ $expr: null });
  }
}

/** Compiles and evaluates. */
export async function evaluateExpressionSource(
  source: string,
  context: unknown,
  timeoutMs?: number,
): Promise<unknown> {
  return compileExpression({ $expr: source }).evaluate(context, timeoutMs);
}

/** What expressions may call, with a description and an example of each. */
export function listWorkflowExpressionFunctions(): FunctionInfo[] {
  return [...listFunctions()];
}
