// The interpreter, and a workflow that asks the engine in every way for the same values.
import { workflowEngine } from "workflow-expr/temporal";

export { runDefinition } from "../../dist/workflows.js";

export async function faces({ sources, payload }) {
  const engine = await workflowEngine();
  const context = { payload };
  return {
    together: engine.evaluateAll(sources, context),
    within: engine.withContext(context, (evaluate) => sources.map((source) => evaluate(source))),
    alone: sources.map((source) => engine.compile(source).evaluate(context)),
  };
}
