// The expressions by this package, with the engine in the history.
import { workflowEngine } from "workflow-expr/temporal";

export async function values(sources, context) {
  const engine = await workflowEngine();
  return sources.map((source) => engine.evaluate(source, context));
}
