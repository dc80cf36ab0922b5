// CPU and memory of a workflow: without expressions, with npm `jsonata`, with this package.
//
// All kinds of workflows run in turns on one server and in one process, with
// `reuseV8Context` on, so that whatever else the machine does is the same for all of them.
// EXPR_JSONATA is the entry of npm `jsonata`, EXPR_PACKAGE the folder of this package.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { setImmediate as turn } from "node:timers/promises";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client } from "@temporalio/client";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { workflowExpressions } from "workflow-expr/worker";
import { bundle } from "../harness.mjs";
import { startServer } from "../server.mjs";

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9);
const RUNS_OF_A_ROUND = 40;
const HELD = 50;
const context = {
  payload: {
    ticket: { id: "T-17", title: "Printer on fire", priority: 4, status: "open", assignee: { name: "Cleo" } },
    items: Array.from({ length: 20 }, (_, at) => ({ sku: `s-${at}`, quantity: at % 3, price: at + 0.5 })),
    shipping: 4.9,
  },
};

const expressions = workflowExpressions();
const KINDS = {
  nothing: { file: "nothing", options: {} },
  "npm jsonata": { file: "jsonata", options: {} },
  ours: { file: "expressions", options: {} },
  "ours, preloaded": { file: "expressions", options: expressions.bundlerOptions },
  "ours, recorded": { file: "recorded", options: {} },
  "recorded, preloaded": { file: "recorded", options: expressions.bundlerOptions },
};

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

async function heldBytes() {
  for (let round = 0; round < 6; round++) {
    globalThis.gc();
    await turn();
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

class Kind {
  #runs = 0;

  static async create(name, { file, options }, { client, connection }) {
    const place = fileURLToPath(new URL(`${file}.mjs`, import.meta.url));
    const alias = { evaluator: place, jsonata: process.env.EXPR_JSONATA };
    const workflowBundle = await bundle("bench/workflow.mjs", options, alias);
    const began = cpu();
    const worker = await Worker.create({
      connection,
      workflowBundle,
      taskQueue: name,
      activities: expressions.activities,
      sinks: expressions.sinks,
      reuseV8Context: true,
      // Workflows are in this thread, whose heap can be looked at.
      debugMode: true,
    });
    const kind = new Kind();
    return Object.assign(kind, {
      name, client, worker, running: worker.run(), startMs: cpu() - began,
      bundleBytes: workflowBundle.code.length, cpuMs: [], heldBytes: [],
    });
  }

  start(held) {
    const workflowId = `${this.name} ${++this.#runs}`;
    return this.client.workflow.start("measured", {
      taskQueue: this.name, workflowId, args: [{ context, held }],
    });
  }

  /** What runs take from start to end. */
  async round() {
    const began = cpu();
    const handles = await Promise.all(Array.from({ length: RUNS_OF_A_ROUND }, () => this.start(false)));
    const results = await Promise.all(handles.map((handle) => handle.result()));
    this.cpuMs.push((cpu() - began) / RUNS_OF_A_ROUND);
    this.result = results[0];
  }

  /** What runs hold while they wait. */
  async hold() {
    const before = await heldBytes();
    const handles = await Promise.all(Array.from({ length: HELD }, () => this.start(true)));
    for (const handle of handles) {
      while (!(await handle.query("holds"))) {
        await pause(20);
      }
    }
    this.heldBytes.push(((await heldBytes()) - before) / HELD);
    await Promise.all(handles.map((handle) => handle.signal("end")));
    await Promise.all(handles.map((handle) => handle.result()));
  }
}

Runtime.install({ logger: new DefaultLogger("ERROR") });
const server = await startServer();
const connection = await NativeConnection.connect({ address: server.address });
const client = new Client({ connection: server.connection });
const kinds = [];
for (const [name, kind] of Object.entries(KINDS)) {
  kinds.push(await Kind.create(name, kind, { client, connection }));
}
for (let round = 0; round <= ROUNDS; round++) {
  for (const kind of kinds) {
    await kind.round();
    if (round === 0) {
      kind.cpuMs.pop(); // The first round compiles.
    }
  }
}
for (let round = 0; round < 3; round++) {
  for (const kind of kinds) {
    await kind.hold();
  }
}
for (const kind of kinds) {
  kind.worker.shutdown();
  await kind.running;
}
await connection.close();
await server.connection.close();
server.stop();

const [nothing, jsonata] = kinds;
for (const { name, result } of kinds.slice(2)) {
  assert.deepEqual(result, jsonata.result, `${name} answers otherwise than jsonata`);
}
const over = (kind, of, base = nothing) => median(kind[of]) - median(base[of]);
const rows = kinds.map((kind) => ({
  workflow: kind.name,
  "CPU ms": median(kind.cpuMs).toFixed(2),
  "over nothing": over(kind, "cpuMs").toFixed(2),
  "× jsonata": (over(kind, "cpuMs") / over(jsonata, "cpuMs")).toFixed(2),
  "held KB": (median(kind.heldBytes) / 1024).toFixed(1),
  "held over nothing": (over(kind, "heldBytes") / 1024).toFixed(1),
  "held × jsonata": (over(kind, "heldBytes") / over(jsonata, "heldBytes")).toFixed(2),
  "bundle KB": Math.round(kind.bundleBytes / 1024),
  "worker start CPU ms": Math.round(kind.startMs),
}));
console.table(rows);
const [{ size }] = JSON.parse(
  execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: process.env.EXPR_PACKAGE, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
);
console.log(`package tarball: ${Math.round(size / 1024)} KB`);
