// Everything that the parity runner asked of the package in Node, asked again inside of a
// workflow on a real server: the answers must be the same bytes.
//
// EXPR_RECORDING is the file that tests/node/node.mjs wrote, EXPR_SUBJECT is what answers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { onServer } from "./harness.mjs";

const { EXPR_RECORDING, EXPR_SUBJECT } = process.env;
/** What one result of an activity may hold, and what fits the time of an activation. */
const LARGEST_BATCH = { characters: 400_000, requests: 200, steps: 5_000_000 };
/** A case that uses up its budget five times is longer at work than a worker lets it be. */
const PATIENCE = { worker: { debugMode: true }, task: { workflowTaskTimeout: "1 minute" } };
/** A workflow task that fails is tried again for ever. */
const TIME_LIMIT_MS = 300_000;

/** Pairs of requests and answers, in batches. */
function batched(lines) {
  const batches = [];
  let room = {};
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const [request, expected] = [lines[at], lines[at + 1]];
    const taken = {
      characters: request.length + expected.length,
      requests: 1,
      steps: JSON.parse(expected).steps ?? 0,
    };
    if (!Object.entries(taken).every(([what, much]) => room[what] >= much)) {
      room = { ...LARGEST_BATCH };
      batches.push([]);
    }
    for (const [what, much] of Object.entries(taken)) {
      room[what] -= much;
    }
    batches.at(-1).push({ request, expected });
  }
  return batches;
}

// The runner asks again with the whole context, which is no matter of the surroundings.
const batches = batched(readFileSync(EXPR_RECORDING, "utf8").split("\n"))
  .map((batch) => batch.filter(({ request }) => JSON.parse(request).reads === undefined));
const installed = (entry) => fileURLToPath(import.meta.resolve(entry));

const here = onServer({
  workflows: "workflows/vectors.mjs",
  worker: PATIENCE.worker,
  more: { readBatch: async (at) => batches[at] },
  // The subject names the package by its place; it is to be the one that is preloaded.
  alias: {
    "expr-subject": EXPR_SUBJECT,
    "../../npm/dist/index.js": installed("workflow-expr"),
    "../../npm/dist/contract.js": installed("workflow-expr/contract"),
  },
});

test("a workflow answers as Node does", { timeout: TIME_LIMIT_MS }, async () => {
  const handle = await here.start({ batches: batches.length }, { name: "vectors", ...PATIENCE.task });
  const { asked, differing } = await handle.result();
  assert.deepEqual(differing, []);
  assert.equal(asked, batches.flat().length);
  assert.ok(asked > 1_000, `${asked} requests are not the fixtures`);
  console.log(`temporal: ${asked} requests answered in a workflow as in Node`);
});
