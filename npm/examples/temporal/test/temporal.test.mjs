// Runs of the example on a real server, and what happens when their histories are replayed.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "@temporalio/client";
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { describe as describeModule, digest } from "workflow-expr";
import { workflowExpressions } from "workflow-expr/worker";
import { startServer } from "./server.mjs";

const taskQueue = "expressions";
const path = (file) => fileURLToPath(new URL(file, import.meta.url));
const logger = new DefaultLogger("ERROR");
const warnings = [];
const expressions = workflowExpressions({ onWarning: (message) => warnings.push(message) });
const { activities, sinks, bundlerOptions } = expressions;

let server;
let client;
let connection;
let workflowBundle;
let runs = 0;

/** Calls `work` while a worker runs. */
async function withWorker(options, work) {
  const worker = await Worker.create({ connection, taskQueue, activities, sinks, ...options });
  return worker.runUntil(work);
}

const start = (...args) =>
  client.workflow.start("interpret", { taskQueue, workflowId: `run-${++runs}`, args });

/** What a run answers, and the history that it leaves. */
async function finish(...args) {
  const handle = await start(...args);
  const result = await handle.result();
  return { result, history: await client.workflow.getHandle(handle.workflowId).fetchHistory(), handle };
}

const run = (input, options = {}) => withWorker({ workflowBundle, ...options }, () => finish(input));

/** Replays a history; rejects if the workflow does otherwise than it did. */
async function replay(history, options = {}) {
  warnings.length = 0;
  await Worker.runReplayHistory({ workflowBundle, sinks, ...options }, history, "replayed");
  return [...warnings];
}

/** A copy of a history in which the record of the engine was changed. */
function withRecord(history, change) {
  const copy = structuredClone(history);
  let changed = 0;
  for (const { markerRecordedEventAttributes: marker } of copy.events) {
    for (const payload of marker?.details?.result?.payloads ?? []) {
      payload.data = Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(payload.data)))));
      changed += 1;
    }
  }
  assert.equal(changed, 1, "one record in a history");
  return copy;
}

const records = (history) => {
  const found = [];
  withRecord(history, (record) => (found.push(record), record));
  return found;
};

before(async () => {
  Runtime.install({ logger });
  server = await startServer();
  client = new Client({ connection: server.connection });
  connection = await NativeConnection.connect({ address: server.address });
  workflowBundle = await bundleWorkflowCode({ workflowsPath: path("../src/workflows.ts"), logger, ...bundlerOptions });
});

after(async () => {
  await connection?.close();
  await server?.connection.close();
  server?.stop();
});

const steps = [
  { assign: { total: "payload.a + payload.b", at: "nowIso()" } },
  { when: "vars.total > 10", assign: { never: "1" } },
  { delay: "payload.a" },
  { assign: { later: "nowIso()", count: "len(payload.list)" } },
];
const payload = { a: 1, b: 2, list: [1, 2, 3] };

for (const reuseV8Context of [true, false]) {
  describe(`reuseV8Context ${reuseV8Context}`, () => {
    test("a run answers by its expressions, by the workflow's clock, and replays", async () => {
      const { result, history } = await run({ steps, payload }, { reuseV8Context });
      const { total, count, at, later } = result;
      assert.deepEqual({ total, count }, { total: 3, count: 3 });
      assert.ok(!("never" in result));
      assert.ok(Date.parse(later) > Date.parse(at));
      assert.deepEqual(records(history), [{ contract: describeModule().contract, digest }]);
      assert.deepEqual(await replay(history, { reuseV8Context }), []);
    });

    test("many runs at a time share the engine and keep to themselves", async () => {
      const inputs = Array.from({ length: 12 }, (_, a) => ({ steps, payload: { ...payload, a: a + 1 } }));
      const results = await withWorker({ workflowBundle, reuseV8Context }, () =>
        Promise.all(inputs.map((input) => finish(input))),
      );
      assert.deepEqual(results.map(({ result }) => result.total), inputs.map((_, a) => a + 3));
    });
  });
}

test("an event is taken by the expression that waits for it", async () => {
  const waiting = [{ event: "event.id = payload.a", assign: { got: "vars.event.text" } }];
  const { result, history } = await withWorker({ workflowBundle }, async () => {
    const handle = await start({ steps: waiting, payload });
    await handle.signal("event", { id: 9, text: "no" });
    await handle.signal("event", { id: 1, text: "yes" });
    return { result: await handle.result(), history: await handle.fetchHistory() };
  });
  assert.equal(result.got, "yes");
  await replay(history);
});

test("an error of an expression fails the run with type, code and details", async () => {
  const failing = [{ assign: { x: 'payload.a + "b"' } }];
  const error = await run({ steps: failing, payload }).then(
    () => assert.fail("the run did not fail"),
    (reason) => reason,
  );
  const { type, nonRetryable, details, message } = error.cause;
  assert.equal(type, "ExpressionError.evaluation");
  assert.equal(nonRetryable, true);
  assert.deepEqual([details[0].class, details[0].code, details[0].line], ["evaluation", "T2002", 1]);
  assert.equal(details[0].message, message);
});

test("a run keeps the limits that it began with", async () => {
  const engine = { limits: { steps: 1_000 } };
  const { history } = await run({ steps, payload, engine });
  assert.deepEqual(records(history)[0].limits, engine.limits);
  const narrow = withRecord(history, (record) => ({ ...record, limits: { steps: 1 } }));
  await assert.rejects(replay(narrow), "the recorded limits are those that count");
});

test("another module with the same contract is a warning, and an error if strict", async () => {
  const other = (record) => ({ ...record, digest: "0".repeat(64) });
  const lenient = await run({ steps, payload });
  assert.match((await replay(withRecord(lenient.history, other)))[0], /began with the module 0+,/);
  const strict = await run({ steps, payload, engine: { strict: true } });
  assert.deepEqual(await replay(strict.history), []);
  await assert.rejects(replay(withRecord(strict.history, other)), /EngineMismatch|began with the module/);
});

test("another contract cannot be replayed", async () => {
  const { history } = await run({ steps, payload });
  const other = withRecord(history, (record) => ({ ...record, contract: "workflow/0" }));
  await assert.rejects(replay(other), /EngineMismatch|workflow\/0/);
});

test("a run that is older than the package replays with a warning", async () => {
  const old = await bundleWorkflowCode({ workflowsPath: path("before/workflows.ts"), logger });
  const input = { steps: [{ delay: "1" }, { assign: { sum: "payload.a + payload.b" } }], payload };
  const { history, result } = await run(input, { workflowBundle: old });
  assert.deepEqual(result, { sum: 3 });
  assert.match((await replay(history))[0], /before its engine was recorded/);
});

test("what a run continues as records anew", async () => {
  const counting = [
    { assign: { n: "coalesce(payload.n, 0) + 1" } },
    { again: "vars.n < 2" },
  ];
  const { result, history, handle } = await run({ steps: counting, payload: {} });
  assert.deepEqual(result, { n: 2 });
  const first = await client.workflow.getHandle(handle.workflowId, handle.firstExecutionRunId).fetchHistory();
  assert.equal(records(first).length, 1);
  assert.equal(records(history).length, 1);
  await replay(first);
  await replay(history);
});
