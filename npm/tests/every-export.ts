// Uses every export with the types that a caller sees. It is compiled, not run: an export
// that disappears or changes its type breaks the build of this file.
import {
  type Batch,
  batch,
  BUILTIN_NAMES,
  type BuiltinName,
  compile,
  type CompileOptions,
  type Cost,
  describe,
  type Description,
  digest,
  type ErrorClass,
  type ErrorDetails,
  type Estimate,
  type EvaluateOptions,
  type Evaluation,
  type Expression,
  ExpressionError,
  HELPER_NAMES,
  type HelperName,
  type Instant,
  type JsonEvaluation,
  type Limits,
  type Metrics,
  metrics,
  type Outcome,
  type Profile,
  type Reads,
  type SharedContext,
  type SharedOptions,
  type Span,
  validate,
  type Validation,
  withContext,
} from "workflow-expr";
import "workflow-expr/preload";

const profile: Profile = "workflow";
const compileOptions: CompileOptions = { profile };
const expression: Expression = compile("payload.ticket.id", compileOptions);
const names: readonly string[] = expression.functions;
const source: string = expression.source;
const reads: Reads = expression.reads;
const estimate: Estimate = expression.estimate;

const instants: Instant[] = ["2026-03-04T05:06:07.089Z", new Date(0), 0];
const limits: Limits = { steps: 1_000, bytes: 10_000, depth: 10 };
const options: EvaluateOptions = { now: instants[0], bindings: { a: 1 }, seed: 1, limits, reads: "all" };
const value: unknown = expression.evaluate({ payload: {} }, options);
const evaluation: Evaluation = expression.evaluateWithCost({}, options);
const json: JsonEvaluation = expression.evaluateJson("{}", options);
const text: string | undefined = json.json;
const cost: Cost = evaluation;

const sharedOptions: SharedOptions = { now: instants[0], seed: 1, limits };
const together: Batch = batch([expression]);
const outcomes: Outcome[] = together.evaluate({}, sharedOptions);
const first: unknown = outcomes[0]?.ok ? outcomes[0].value : outcomes[0]?.error.code;
const use = (shared: SharedContext): unknown => shared.evaluate(expression, sharedOptions);
console.log(first, withContext({}, use), together.expressions.length);

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
const done: Metrics = metrics();
console.log(done.instances, done.memoryBytes);
console.log(names, source, reads, estimate.max, value, text, cost.steps, made, description.contract, digest.length);

const builtins: readonly BuiltinName[] = BUILTIN_NAMES;
const helperNames: readonly HelperName[] = HELPER_NAMES;
console.log(builtins.includes("sum"), helperNames.includes("len"));

import {
  assignScopes,
  checkCorrelationRules,
  checkDocument,
  decideAction,
  decideJson,
  expandDottedKeys,
  listFunctions,
  MappingError,
  matchWait,
  planIngress,
  resolveCorrelation,
  resolveExpressions,
  resolveMapping,
  resolveValue,
  secretsOfMapping,
  secretsOfValue,
  stepCancel,
  validateWait,
  violations,
} from "workflow-expr/contract";
import type * as contract from "workflow-expr/contract";

const resolved: contract.Resolved = resolveMapping({ id: { $expr: "payload.id" } });
const places: readonly string[] = resolved.redactionPaths;
const secret: contract.SecretOutcome = { error: "no such secret" };
const mappingOptions: contract.MappingOptions = { context: {}, secrets: { KEY: secret } };
const resolvedValue: unknown = resolveValue(1, { ...mappingOptions, path: "/base" }).value;
const rules: contract.CorrelationRules = { version: 1, events: { "*": ["ticketId"] } };
const input: contract.CorrelationInput = { eventName: "E", payload: {}, rules };
const correlation: contract.Correlation = resolveCorrelation(input);
const descriptor: contract.WaitDescriptor = { eventName: "E", correlationKey: null };
const match: contract.WaitMatch = matchWait(descriptor, [{ eventName: "E" }]);
const decision: contract.ActionDecision = decideAction({ action: "cancel" });
const step: contract.CancelStep = { state: "none", event: "request", tenant: "t", runId: "r" };
const outcome: contract.CancelOutcome = stepCancel(step);
const came: contract.IngressEvent = { eventId: "e", eventName: "E", tenant: "t" };
const named = { tenant: "t", eventName: "E" };
const wait: contract.WaitCandidate = { ...named, waitId: "w", runId: "r", type: "event", key: 5 };
const launch: contract.LaunchCandidate = { ...named, workflowId: "wf", version: 1 };
const candidates = { waits: [wait], launches: [launch], limits: { steps: 1000 } };
const failure: contract.PermanentFailure = { id: "/t/e/launch/wf", reason: "refused" };
const ingress: contract.IngressInput = { event: came, correlation, ...candidates, failed: [failure] };
const plan: contract.IngressPlan = planIngress(ingress);
const refused: readonly contract.RefusedCandidate[] = plan.refused;
const diagnostics: readonly contract.Diagnostic[] = checkDocument({ steps: [] }).diagnostics;
const estimates: readonly contract.ExpressionEstimate[] = checkDocument({ steps: [] }).estimates;
const helpers: readonly contract.FunctionInfo[] = listFunctions();
const scopes: contract.WrittenScopes = assignScopes({ vars: {} }, { values: { "vars.a": 1 } });
const category = (error: MappingError): "ExpressionError" | "ActionError" => error.category;
export const everyDecision = [
  places, resolvedValue, match.index, decision.allow, outcome.state, plan.signals, refused,
  diagnostics, estimates, helpers,
  scopes.vars, category, checkCorrelationRules(rules), decideJson("{}"), expandDottedKeys({}),
  resolveExpressions(1), secretsOfMapping({}), secretsOfValue({}), validateWait({}), violations("1"),
];
