// Uses every export with the types that a caller sees. It is compiled, not run: an export
// that disappears or changes its type breaks the build of this file.
import {
  compile,
  type CompileOptions,
  type Cost,
  describe,
  type Description,
  digest,
  type ErrorClass,
  type ErrorDetails,
  type EvaluateOptions,
  type Evaluation,
  type Expression,
  ExpressionError,
  type Instant,
  type JsonEvaluation,
  type Limits,
  type Profile,
  type Span,
  validate,
  type Validation,
} from "workflow-expr";
import "workflow-expr/preload";

const profile: Profile = "workflow";
const compileOptions: CompileOptions = { profile };
const expression: Expression = compile("payload.ticket.id", compileOptions);
const names: readonly string[] = expression.functions;
const source: string = expression.source;

const instants: Instant[] = ["2026-03-04T05:06:07.089Z", new Date(0), 0];
const limits: Limits = { steps: 1_000, bytes: 10_000, depth: 10 };
const options: EvaluateOptions = { now: instants[0], bindings: { a: 1 }, seed: 1, limits };
const value: unknown = expression.evaluate({ payload: {} }, options);
const evaluation: Evaluation = expression.evaluateWithCost({}, options);
const json: JsonEvaluation = expression.evaluateJson("{}", options);
const text: string | undefined = json.json;
const cost: Cost = evaluation;

const validation: Validation = validate("len(1)", compileOptions);
if (validation.valid) {
  const functions: readonly string[] = validation.functions;
  console.log(functions, validation.normalized);
} else {
  const error: ExpressionError = validation.error;
  const errorClass: ErrorClass = error.class;
  const span: Span | undefined = error.span;
  console.log(errorClass, span, error.code, error.position, error.token, error.cost);
  console.log(error.line, error.column, error.help, error.suggestion);
}
const details: ErrorDetails = { class: "host", code: "X0201", message: "a text" };
const made: Error = new ExpressionError(details, cost);
const description: Description = describe();
console.log(names, source, value, text, cost.steps, made, description.contract, digest.length);
