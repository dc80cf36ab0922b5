// Uses every export of `workflow-expr/contract` with the types that a caller sees.
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
const options: contract.MappingOptions = { context: {}, secrets: { KEY: secret } };
const value: unknown = resolveValue(1, { ...options, path: "/base" }).value;
const rules: contract.CorrelationRules = { version: 1, events: { "*": ["ticketId"] } };
const input: contract.CorrelationInput = { eventName: "E", payload: {}, rules };
const correlation: contract.Correlation = resolveCorrelation(input);
const descriptor: contract.WaitDescriptor = { eventName: "E", correlationKey: null };
const match: contract.WaitMatch = matchWait(descriptor, [{ eventName: "E" }]);
const decision: contract.ActionDecision = decideAction({ action: "cancel" });
const outcome: contract.CancelOutcome = stepCancel({ state: "none", event: "request" });
const ingress: contract.IngressInput = { event: {}, correlation, waits: [] };
const plan: contract.IngressPlan = planIngress(ingress);
const diagnostics: readonly contract.Diagnostic[] = checkDocument({ steps: [] }).diagnostics;
const helpers: readonly contract.FunctionInfo[] = listFunctions();
const scopes: contract.WrittenScopes = assignScopes({ vars: {} }, { values: { "vars.a": 1 } });
const category = (error: MappingError): "ExpressionError" | "ActionError" => error.category;
export const everyDecision = [
  places, value, match.index, decision.allow, outcome.state, plan.signals, diagnostics, helpers,
  scopes.vars, category, checkCorrelationRules(rules), decideJson("{}"), expandDottedKeys({}),
  resolveExpressions(1), secretsOfMapping({}), secretsOfValue({}), validateWait({}), violations("1"),
];
