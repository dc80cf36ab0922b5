// Uses the exports for callers, publishing, workflows and workers with the types that a
// caller sees.
import * as compat from "workflow-expr/compat";
import * as publish from "workflow-expr/publish";
import * as temporal from "workflow-expr/temporal";
import * as worker from "workflow-expr/worker";

const compiled: compat.CompiledExpression = compat.compileExpression({ $expr: "len(payload)" });
const promised: Promise<unknown> = compiled.evaluate({ payload: [] }, 25);
const resolver: compat.SecretResolver = { resolve: (name) => Promise.resolve(name) };
const options: compat.MappingResolverOptions = {
  expressionContext: {},
  secretResolver: resolver,
  workflowRunId: "run",
  redactionPaths: [],
};
const mapped: Promise<Record<string, unknown> | null> = compat.resolveInputMapping({}, options);
const name: compat.WorkflowRuntimeAllowedFunction = "len";
const listed: compat.FunctionInfo[] = compat.listWorkflowExpressionFunctions();

const check: publish.DefinitionCheck = publish.checkDefinition({}, { legacyRules: null });
const code: publish.DiagnosticCode | undefined = check.diagnostics[0]?.code;

const run = async (): Promise<unknown> => {
  const engine: temporal.WorkflowEngine = await temporal.workflowEngine({ strict: true });
  const pin: temporal.EnginePin | undefined = engine.recorded;
  const expression: temporal.WorkflowExpression = engine.compile("1");
  const given: temporal.WorkflowMapping = { context: {}, secrets: {} };
  const { value } = engine.resolveMapping({ a: { $expr: "1" } }, given);
  const values = engine.evaluateAll(["1", "2"], {});
  values.push(engine.withContext({}, (evaluate) => evaluate("3")), value);
  return [pin, values, expression.evaluate({}), temporal.toApplicationFailure(new temporal.EngineMismatch())];
};
const parts: worker.WorkerParts = worker.workflowExpressions({ sdkVersion: "1.24.0" });

export const everything = [
  promised, mapped, name, listed, check.valid, code, run, parts.activities, parts.sinks,
  parts.bundlerOptions, compat.evaluateExpressionSource("1", {}), compat.expandDottedKeys({}),
  compat.resolveExpressions(1, {}), compat.resolveMappingValue(1, options, "/a"),
  compat.validateExpressionSource("1"), compat.WORKFLOW_RUNTIME_ALLOWED_FUNCTIONS,
];
