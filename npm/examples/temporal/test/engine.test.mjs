// What a run records of its engine, and what happens when another one replays it.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { describe as describeModule, digest } from "workflow-expr";
import { assign, bundle, definition, onServer } from "./harness.mjs";
import { readHistory } from "./history.mjs";

const here = onServer({ workflows: "workflows/faces.mjs" });
const input = {
  definition: definition(assign({ "vars.total": "payload.a + payload.b", "vars.at": "nowIso()" })),
  payload: { a: 1, b: 2 },
};

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

function records(history) {
  const found = [];
  withRecord(history, (record) => (found.push(record), record));
  return found;
}

test("a run records contract and module", async () => {
  const { history } = await here.run(input);
  assert.deepEqual(records(history), [{ contract: describeModule().contract, digest }]);
});

test("many runs at a time share the engine and keep to themselves", async () => {
  const inputs = Array.from({ length: 12 }, (_, a) => ({ ...input, payload: { a, b: 2 } }));
  const handles = await Promise.all(inputs.map((one) => here.start(one)));
  const results = await Promise.all(handles.map((handle) => handle.result()));
  assert.deepEqual(results.map(({ total }) => total), results.map((_, a) => a + 2));
});

test("a run keeps the limits that it began with", async () => {
  const engine = { limits: { steps: 1_000 } };
  const { history } = await here.run({ ...input, engine });
  assert.deepEqual(records(history)[0].limits, engine.limits);
  const narrow = withRecord(history, (record) => ({ ...record, limits: { steps: 1 } }));
  await assert.rejects(here.replay(narrow), "the recorded limits are those that count");
});

test("another module with the same contract is a warning, and an error if strict", async () => {
  const other = (record) => ({ ...record, digest: "0".repeat(64) });
  const lenient = await here.run(input);
  assert.match((await here.replay(withRecord(lenient.history, other)))[0], /began with the module 0+,/);
  const strict = await here.run({ ...input, engine: { strict: true } });
  assert.deepEqual(await here.replay(strict.history), []);
  await assert.rejects(here.replay(withRecord(strict.history, other)), /EngineMismatch|began with the module/);
});

test("another contract cannot be replayed", async () => {
  const { history } = await here.run(input);
  const other = withRecord(history, (record) => ({ ...record, contract: "workflow/0" }));
  await assert.rejects(here.replay(other), /EngineMismatch|workflow\/0/);
});

test("a run that is older than the package replays with a warning", async () => {
  const workflowBundle = await bundle("workflows/before.mjs");
  const waiting = { type: "time.wait", config: { mode: "duration", durationMs: 1 } };
  const waits = { definition: definition(waiting, assign({ "vars.sum": "1 + 2" })) };
  const { history, result } = await here.runIn(workflowBundle, "runDefinition", waits);
  assert.deepEqual(result, { sum: 3 });
  assert.match((await here.replay(history))[0], /before its engine was recorded/);
});

test("what a run continues as records anew", async () => {
  const two = definition(assign({ "vars.n": "1" }), assign({ "vars.n": "vars.n + 1" }));
  const handle = await here.start({ definition: two, stepsOfARun: 1 });
  assert.deepEqual(await handle.result(), { n: 2 });
  const first = await here.historyOf(handle, handle.firstExecutionRunId);
  assert.equal(records(first).length, 1);
  assert.equal(records(await here.historyOf(handle)).length, 1);
});

test("expressions over one context cross together, or one after another", async () => {
  const sources = ["payload.a + payload.b", "nowIso()", "payload.list[$ > 1]"];
  const { result } = await here.run({ sources, payload: { a: 1, b: 2, list: [1, 2, 3] } }, { name: "faces" });
  const { together, within, alone } = result;
  assert.deepEqual(together, [3, together[1], [2, 3]]);
  assert.deepEqual(within, together);
  assert.deepEqual(alone, together);
});

test("the first of many expressions that fails is what a run fails with", async () => {
  const sources = ["1", 'payload.a + "b"', "-payload"];
  const { error } = await here.failed({ sources, payload: { a: 1 } }, { name: "faces" });
  assert.deepEqual([error.type, error.details[0].code], ["ExpressionError.evaluation", "T2002"]);
});

const histories = new URL("histories/", import.meta.url);
for (const name of readdirSync(histories)) {
  test(`a history of an earlier build replays: ${name}`, async () => {
    const warnings = await here.replay(readHistory(new URL(name, histories)));
    for (const warning of warnings) {
      assert.match(warning, /began with the module/);
    }
  });
}
