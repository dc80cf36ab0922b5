/**
 * Deterministic workflow expressions: JSONata 2.2 behind a guarded contract.
 *
 * Every host runs the same WebAssembly bytes, so an expression that was validated in one
 * place, run in a second and replayed in a third gives the same value, the same error
 * and the same number of steps. All calls are synchronous.
 */
import { ARTIFACT_SHA256 } from "./artifact.js";
import { exchange } from "./engine.js";
import { ExpressionError } from "./errors.js";
import { type CompileOptions, Expression, type Profile } from "./expression.js";
import { type Reply, unwrapReply } from "./request.js";

export { BUILTIN_NAMES, HELPER_NAMES } from "./builtins.js";
export type { BuiltinName, HelperName } from "./builtins.js";
export { type Metrics, metrics } from "./engine.js";
export { ExpressionError } from "./errors.js";
export type { Cost, ErrorClass, ErrorDetails, Span } from "./errors.js";
export type { CompileOptions, Expression, JsonEvaluation, Profile } from "./expression.js";
export type { Reads } from "./project.js";
export type { Estimate, EvaluateOptions, Evaluation, Limits, Outcome, SharedOptions } from "./request.js";
export { type Batch, batch, type SharedContext, withContext } from "./shared.js";
export type { Instant } from "./time.js";

/** The outcome of `validate`. */
export type Validation =
  | { readonly valid: true; readonly normalized: string; readonly functions: readonly string[] }
  | {
      readonly valid: false;
      /** The source after normalization; `error.position` counts in it. */
      readonly normalized: string;
      /** The names that the source calls; absent when the walk ended at the error. */
      readonly functions?: readonly string[];
      readonly error: ExpressionError;
    };

/** What the loaded module is. */
export interface Description {
  /** What `workflow` expressions mean, such as `workflow/1`. */
  readonly contract: string;
  /** The version of the engine inside the module. */
  readonly engine: string;
  /** The version of the documents that cross to the module. */
  readonly wire: number;
  readonly profiles: readonly Profile[];
}

/** The SHA-256 of the module, in hexadecimal: equal to what `expr digest` prints. */
export const digest: string = ARTIFACT_SHA256;

/** Compiles a source, to be evaluated any number of times; throws `ExpressionError`. */
export function compile(source: string, options?: CompileOptions): Expression {
  return new Expression(source, options?.profile ?? "workflow");
}

/** Checks a source without keeping it. An invalid one is an answer, not an exception. */
export function validate(source: string, options?: CompileOptions): Validation {
  const request = JSON.stringify({ v: 1, source, profile: options?.profile ?? "workflow" });
  const reply = JSON.parse(exchange(request, (wasm, length) => wasm.validate(length))) as Reply;
  const { normalized, functions, error } = reply;
  if (normalized === undefined) {
    // The request itself was refused: there is no verdict on the source.
    unwrapReply(JSON.stringify(reply));
  }
  if (error === undefined) {
    return { valid: true, normalized: normalized ?? source, functions: functions ?? [] };
  }
  return {
    valid: false,
    normalized: normalized ?? source,
    ...(functions === undefined ? {} : { functions }),
    error: new ExpressionError(error),
  };
}

/** What the loaded module is. */
export function describe(): Description {
  const document = exchange("", (wasm) => wasm.describe());
  const { contract, engine, wire, profiles } = unwrapReply(document) as unknown as Description;
  return { contract, engine, wire, profiles };
}
