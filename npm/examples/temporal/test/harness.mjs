// A server, a bundle of workflows, and workers that run and replay them.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "@temporalio/client";
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { workflowExpressions } from "workflow-expr/worker";
import { activities } from "../dist/activities.js";
import { sendEvent, startRun, TASK_QUEUE } from "../dist/client.js";
import { resources, rules } from "../dist/ticket.js";
import { startServer } from "./server.mjs";

/** How workflows share a V8 context and the module; the matrix of tests sets it. */
export const reuseV8Context = process.env.REUSE_V8_CONTEXT !== "false";
export const preload = process.env.PRELOAD !== "false";

const logger = new DefaultLogger("ERROR");
const path = (file) => fileURLToPath(new URL(file, import.meta.url));

/** Bundles a file of workflows; `alias` says what other names in it mean. */
export function bundle(file, { webpackConfigHook = (config) => config, ...others } = {}, alias = {}) {
  const hook = (config) => {
    const { resolve, ...rest } = webpackConfigHook(config);
    return { ...rest, resolve: { ...resolve, alias: { ...resolve.alias, ...alias } } };
  };
  return bundleWorkflowCode({ workflowsPath: path(file), logger, webpackConfigHook: hook, ...others });
}

/** Sets up a server and a worker for the tests of a file, and what they do with them. */
export function onServer({ workflows = "../dist/workflows.js", more = {}, alias, worker: options } = {}) {
  const warnings = [];
  const expressions = workflowExpressions({ onWarning: (message) => warnings.push(message) });
  const { sinks } = expressions;
  const given = { ...activities(resources), ...expressions.activities, ...more };
  let server;
  let connection;
  let workflowBundle;
  let worker;
  let stopped;
  let runs = 0;
  const createWorker = (options) =>
    Worker.create({ connection, activities: given, sinks, reuseV8Context, ...options });
  const here = {
    /** Starts a workflow, the interpreter unless another is named. */
    start: (input, { name, taskQueue = TASK_QUEUE, ...options } = {}) => {
      const workflowId = `run-${++runs}`;
      return name === undefined
        ? startRun(here.client, workflowId, input)
        : here.client.workflow.start(name, { taskQueue, workflowId, args: [input], ...options });
    },

    /** What a run answers, and the history that it leaves. */
    async finish(handle) {
      const result = await handle.result();
      return { result, history: await here.historyOf(handle) };
    },

    run: async (...args) => here.finish(await here.start(...args)),

    /** The same of a worker with another bundle. */
    async runIn(workflowBundle, name, input) {
      const taskQueue = "another bundle";
      const another = await createWorker({ workflowBundle, taskQueue });
      return another.runUntil(() => here.run(input, { name, taskQueue }));
    },

    /** What a run failed with, and the history that it leaves. */
    async failed(...args) {
      const handle = await here.start(...args);
      const error = await handle.result().then(
        () => assert.fail("the run did not fail"),
        (reason) => reason.cause,
      );
      return { error, history: await here.historyOf(handle) };
    },

    historyOf: ({ workflowId }, runId) => here.client.workflow.getHandle(workflowId, runId).fetchHistory(),

    send: (handle, event) => sendEvent(here.client, handle.workflowId, event, rules),

    /** Replays a history; rejects if the workflow does otherwise than it did. */
    async replay(history) {
      warnings.length = 0;
      await Worker.runReplayHistory({ workflowBundle, sinks, reuseV8Context }, history, "replayed");
      return [...warnings];
    },

    /** Replays the histories of runs, and says how many did as they had done. */
    async replayAll(ids) {
      async function* histories() {
        for (const workflowId of ids) {
          yield { workflowId, history: await here.historyOf({ workflowId }) };
        }
      }
      const options = { workflowBundle, sinks, reuseV8Context };
      let count = 0;
      for await (const { error } of Worker.runReplayHistories(options, histories())) {
        if (error !== undefined) {
          throw error;
        }
        count += 1;
      }
      return count;
    },
  };

  before(async () => {
    Runtime.install({ logger });
    server = await startServer();
    here.client = new Client({ connection: server.connection });
    connection = await NativeConnection.connect({ address: server.address });
    workflowBundle = await bundle(workflows, preload ? expressions.bundlerOptions : {}, alias);
    worker = await createWorker({ workflowBundle, taskQueue: TASK_QUEUE, ...options });
    stopped = worker.run();
  });
  after(async () => {
    worker?.shutdown();
    await stopped;
    await connection?.close();
    await server?.connection.close();
    server?.stop();
  });
  return here;
}

/** A definition of these steps, each of which is named by its place. */
export const definition = (...steps) => ({
  id: "test",
  version: 1,
  steps: steps.map((step, at) => ({ id: `step-${at}`, ...step })),
});

export const expr = ($expr) => ({ $expr });

/** A step that writes the values of expressions. */
export const assign = (sources) => ({
  type: "transform.assign",
  config: {
    assign: Object.fromEntries(Object.entries(sources).map(([path, source]) => [path, expr(source)])),
  },
});
