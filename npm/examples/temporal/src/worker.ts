/** Starts a worker for `runDefinition`: `npm run worker`. */
import { fileURLToPath } from "node:url";
import { NativeConnection, Worker } from "@temporalio/worker";
import { workflowExpressions } from "workflow-expr/worker";
import { activities } from "./activities.js";
import { TASK_QUEUE } from "./client.js";
import { resources } from "./ticket.js";

// What the engine needs of a worker: an activity that records it in histories, a sink for
// warnings, and options of the bundler, so that all workflows share one running module.
const expressions = workflowExpressions();

const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS }),
  taskQueue: TASK_QUEUE,
  workflowsPath: fileURLToPath(new URL("workflows.js", import.meta.url)),
  activities: { ...activities(resources), ...expressions.activities },
  sinks: expressions.sinks,
  bundlerOptions: expressions.bundlerOptions,
});
await worker.run();
