// Times of what runs in Node.js on one list of workloads: `node.mjs LIST [ONLY]`, with a row
// a workload, mode and implementation on stdout, as a line of JSON.
//
// What is counted is CPU time of the process, in which V8 compiles and collects garbage in
// threads besides: that is paid for too, and the machine's other work is not in it.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { batch, compile, ExpressionError, withContext } from "../../npm/dist/index.js";
import { hand } from "./hand.mjs";
import { median } from "./median.mjs";

const require = createRequire(new URL("../../parity-fixtures/oracle/package.json", import.meta.url));
const jsonata = require("jsonata");

const BATCH_SECONDS = 0.02;
const WARM_SECONDS = 0.1;
const ROUNDS = 11;
/** What runs longer has fewer batches, of one run each. */
const SLOW_SECONDS = 0.3;
const SLOW_ROUNDS = 3;
/** Expressions in one crossing. */
const TOGETHER = 16;
/** For what takes more than an evaluation may by default. */
const RAISED = { limits: { steps: 1e12, bytes: 1e12 } };

/** CPU seconds of so many calls, one after the other. */
function seconds(times, call) {
  const started = process.cpuUsage();
  for (let count = 0; count < times; count++) {
    call();
  }
  return since(started);
}

function since(started) {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}

async function awaited(times, call) {
  const started = process.cpuUsage();
  for (let count = 0; count < times; count++) {
    await call();
  }
  return since(started);
}

async function calibrate(run) {
  let [times, all] = [1, 0];
  for (;;) {
    const taken = await run(times);
    all += taken;
    if (taken > SLOW_SECONDS) {
      return { run, times, rounds: SLOW_ROUNDS, taken: [] };
    }
    if (taken > BATCH_SECONDS && all > WARM_SECONDS) {
      return { run, times, rounds: ROUNDS, taken: [] };
    }
    if (taken < BATCH_SECONDS) {
      times *= 2;
    }
  }
}

/** Nanoseconds of one run of each, taken in turns. */
async function medians(runs) {
  const candidates = [];
  for (const run of runs) {
    candidates.push(await calibrate(run));
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { run, times, rounds, taken } of candidates) {
      if (round < rounds) {
        taken.push((await run(times)) / times);
      }
    }
  }
  return candidates.map(({ taken }) => median(taken) * 1e9);
}

/** The options with which ours comes to its end: none, unless the defaults end it. */
function optionsFor(expression, context) {
  try {
    expression.evaluate(context);
    return undefined;
  } catch (error) {
    if (error instanceof ExpressionError && error.code.startsWith("R")) {
      return RAISED;
    }
    throw error;
  }
}

/** Who takes part: mode, name, how it answers, and how long it takes so many times. */
function entrants({ name, source, unanswered }, context) {
  const ours = compile(source, { profile: "jsonata" });
  const options = optionsFor(ours, context);
  const together = batch(Array.from({ length: TOGETHER }, () => compile(source, { profile: "jsonata" })));
  const reference = jsonata(source);
  const found = [
    {
      mode: "node-live",
      engine: "ours",
      answer: () => ours.evaluate(context, options),
      run: (times) => seconds(times, () => ours.evaluate(context, options)),
    },
    {
      mode: "node-live",
      engine: "jsonata-js",
      answer: unanswered ? undefined : () => reference.evaluate(context),
      run: (times) => awaited(times, () => reference.evaluate(context)),
    },
    {
      mode: "node-resident",
      engine: "ours",
      answer: () => withContext(context, (shared) => shared.evaluate(ours, options)),
      run: (times) =>
        withContext(context, (shared) => {
          // The first evaluation puts the context into the module.
          shared.evaluate(ours, options);
          return seconds(times, () => shared.evaluate(ours, options));
        }),
    },
    {
      mode: "node-batch",
      engine: "ours",
      answer: () => unwrap(together.evaluate(context, options).at(-1)),
      run: (times) => {
        const crossings = Math.ceil(times / TOGETHER);
        const taken = seconds(crossings, () => together.evaluate(context, options));
        return (taken * times) / (crossings * TOGETHER);
      },
    },
    {
      mode: "compile-node",
      engine: "ours",
      run: (times) => seconds(times, () => compile(source, { profile: "jsonata" })),
    },
    {
      mode: "compile-node",
      engine: "jsonata-js",
      run: (times) => seconds(times, () => jsonata(source)),
    },
  ];
  if (hand[name] !== undefined) {
    const answer = () => hand[name](context);
    found.push({
      mode: "node-live",
      engine: "hand",
      answer,
      run: (times) => seconds(times, answer),
    });
  }
  return found;
}

function unwrap(outcome) {
  if (!outcome.ok) {
    throw outcome.error;
  }
  return outcome.value;
}

/** Whether it gives the expected value; what only compiles gives none. */
async function isCorrect({ mode, answer }, expected) {
  if (mode.startsWith("compile")) {
    return true;
  }
  const value = JSON.stringify(await answer());
  return isDeepStrictEqual(value === undefined ? undefined : JSON.parse(value), expected);
}

const [list, only = ""] = process.argv.slice(2);
for (const workload of JSON.parse(readFileSync(list, "utf8"))) {
  if (!workload.name.includes(only)) {
    continue;
  }
  const context = JSON.parse(readFileSync(workload.document, "utf8"));
  const rows = [];
  for (const entrant of entrants(workload, context)) {
    const { mode, engine, run, answer } = entrant;
    const runs = answer !== undefined || mode.startsWith("compile");
    const correct = runs && (await isCorrect(entrant, workload.answer));
    if (engine === "ours" && !correct) {
      throw new Error(`${workload.name}: ours answers wrong by ${mode}`);
    }
    rows.push({ runs, run, row: { workload: workload.name, mode, engine, median_ns: null, correct } });
  }
  const timed = rows.filter(({ runs }) => runs);
  const times = await medians(timed.map(({ run }) => run));
  timed.forEach(({ row }, index) => {
    row.median_ns = times[index];
  });
  for (const { row } of rows) {
    console.log(JSON.stringify(row));
  }
}
