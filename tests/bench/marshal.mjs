// What it costs to bring a context to the engine and a result back, by the ways there are
// from JavaScript: `marshal.mjs [ONLY]`, with a row a case on stdout, as a line of JSON.
//
// The expressions do next to nothing, so that what is counted is the crossing. It is CPU
// time of the process, as in node.mjs.
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";
import { compile } from "../../npm/dist/index.js";
import { records } from "./documents.mjs";
import { median } from "./median.mjs";

const require = createRequire(import.meta.url);
const { Expression } = require("../../target/values/node/expr_wasm.js");

const KILOBYTES = [1, 20, 200];
const CASES = {
  "one field of each record": "$count(items.id)",
  "the whole context": "$count($keys($))",
  "the whole context, there and back": "$",
};
const OPTIONS = { profile: "jsonata" };

const BATCH_SECONDS = 0.03;
const ROUNDS = 21;

/** Records of as many bytes of JSON text as that, and no more. */
function contextOf(bytes) {
  const all = records(Math.ceil(bytes / 40));
  while (JSON.stringify(all).length > bytes) {
    all.items.pop();
  }
  return all;
}

/** The ways, by the name of their figure in a row. */
function waysOf(source, context) {
  const live = compile(source, OPTIONS);
  const values = new Expression(source, OPTIONS);
  const parsed = ({ json }) => JSON.parse(json);
  return {
    live_ns: () => live.evaluate(context),
    text_ns: () => parsed(live.evaluateJson(JSON.stringify(context))),
    values_ns: () => values.evaluate(context, undefined),
  };
}

/** CPU nanoseconds of so many calls, one after the other. */
function nanoseconds(times, call) {
  const started = process.cpuUsage();
  for (let count = 0; count < times; count++) {
    call();
  }
  const { user, system } = process.cpuUsage(started);
  return (user + system) * 1e3;
}

/** How many calls fill a batch, when everything is warm. */
function timesFor(call) {
  let times = 1;
  for (;;) {
    const taken = nanoseconds(times, call);
    if (taken > BATCH_SECONDS * 1e9) {
      return Math.max(1, Math.round((times * BATCH_SECONDS * 1e9) / taken));
    }
    times *= 2;
  }
}

/** The median of each way; their batches take turns. */
function medians(ways) {
  const entrants = Object.entries(ways).map(([name, call]) => {
    timesFor(call);
    return { name, call, times: timesFor(call), taken: [] };
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (const { call, times, taken } of entrants) {
      taken.push(nanoseconds(times, call) / times);
    }
  }
  return entrants.map(({ name, taken }) => [name, Math.round(median(taken))]);
}

const [only = ""] = process.argv.slice(2);
for (const [name, source] of Object.entries(CASES)) {
  for (const kilobytes of KILOBYTES) {
    if (!name.includes(only)) {
      continue;
    }
    const ways = waysOf(source, contextOf(kilobytes * 1000));
    const [first, ...others] = Object.values(ways).map((call) => call());
    if (!others.every((other) => isDeepStrictEqual(other, first))) {
      throw new Error(`the ways disagree about ${name} at ${kilobytes} KB`);
    }
    const row = { case: name, source, kilobytes, ...Object.fromEntries(medians(ways)) };
    process.stdout.write(`${JSON.stringify(row)}\n`);
  }
}
