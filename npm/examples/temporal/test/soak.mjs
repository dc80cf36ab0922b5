// Many workflows through one worker: what they hold is given back, and all of them replay.
//
// SOAK_WORKFLOWS says how many; Node has to be started with `--expose-gc`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { onServer } from "./harness.mjs";

const COUNT = Number(process.env.SOAK_WORKFLOWS ?? 200);
/** Runs after which what is held must not grow any more. */
const WARM = 100;
const AT_A_TIME = 25;
/** Bytes by which heaps of the same content differ from one collection to the next. */
const NOISE = 1 << 20;
/**
 * Bytes that the module's memory may still grow by. It keeps 1,024 programs, which the first
 * workflows have just filled, and where they interleave its pieces settle later: by two or
 * three pages in the second hundred and by six until the sixth. A hundred workflows that
 * left their five programs behind would grow it by more.
 */
const SETTLING = 8 << 16;

const here = onServer({ workflows: "workflows/soak.mjs", worker: { debugMode: true } });

async function heldBytes() {
  for (let round = 0; round < 5; round++) {
    globalThis.gc();
    await turn();
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

/** Runs workflows; gives the ids, and what the last one said of the module. */
async function runSome(from, until) {
  const handles = [];
  let last;
  for (let at = from; at < until; at += AT_A_TIME) {
    // The same ones again after `WARM`, so that all hundreds ask for as much.
    const length = Math.min(AT_A_TIME, until - at);
    const numbers = Array.from({ length }, (_, more) => ((at + more) % WARM) + 1);
    const started = await Promise.all(numbers.map((number) => here.start({ number }, { name: "soak" })));
    for (const [index, handle] of started.entries()) {
      const { answers, metrics } = await handle.result();
      const expected = [0, 1, 2, 3, 4].map((price) => 49 - Math.floor(price / numbers[index]));
      assert.deepEqual(answers, [expected, expected, expected, expected]);
      last = metrics;
    }
    handles.push(...started.map(({ workflowId }) => workflowId));
  }
  return { ids: handles, last };
}

test(`${COUNT} workflows hold no more than ${WARM} did, and replay`, async () => {
  const first = await runSome(0, WARM);
  const before = await heldBytes();
  const rest = await runSome(WARM, COUNT);
  const after = await heldBytes();
  const grown = Math.round((after - before) / 1024);
  console.log(`temporal: ${COUNT} workflows, ${grown} KB more held than after ${WARM}`);
  assert.ok(after - before < NOISE, `${grown} KB more are held`);
  const [memory, atFirst] = [rest.last.memoryBytes, first.last.memoryBytes];
  assert.ok(memory - atFirst <= SETTLING, `linear memory grew from ${atFirst} to ${memory} bytes`);
  // One that is shared is kept; one of its own is what a workflow has.
  assert.deepEqual([first.last.instances, rest.last.instances], [1, 1]);
  const replayed = await here.replayAll([...first.ids, ...rest.ids]);
  assert.equal(replayed, COUNT);
});
