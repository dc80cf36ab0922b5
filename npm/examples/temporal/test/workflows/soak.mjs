// A workflow that evaluates much, for a short time.
import { sleep } from "@temporalio/workflow";
import { metrics } from "workflow-expr";
import { workflowEngine } from "workflow-expr/temporal";

/** Evaluates 20 expressions in each of the ways that an engine has; says what that held. */
export async function soak({ number }) {
  const engine = await workflowEngine();
  const items = Array.from({ length: 50 }, (_, at) => ({ id: at, price: at * number, tags: ["a", `t${at}`] }));
  const context = { payload: { number, items, name: "x".repeat(number % 100) } };
  const sources = Array.from({ length: 5 }, (_, at) => `payload.items[price > ${at}].id[]`);
  const alone = sources.map((source) => len(engine.evaluate(source, context)));
  await sleep(1);
  const together = engine.evaluateAll(sources, context).map(len);
  const within = engine.withContext(context, (evaluate) => sources.map((source) => len(evaluate(source))));
  const mapping = Object.fromEntries(sources.map(($expr, at) => [`m${at}`, { $expr: `len(${$expr})` }]));
  const mapped = Object.values(engine.resolveMapping(mapping, { context }).value);
  return { answers: [alone, together, within, mapped], metrics: metrics() };
}

const len = (list) => list.length;
