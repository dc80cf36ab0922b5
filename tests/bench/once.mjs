// Time and memory of one workload in a process of its own: `once.mjs LIST NAME ENGINE`, with
// `{"ns": …, "bytes": …}` on stdout. ENGINE is `ours` or `jsonata-js`.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { compile } from "../../npm/dist/index.js";
import { median } from "./median.mjs";

const require = createRequire(new URL("../../parity-fixtures/oracle/package.json", import.meta.url));
/** Runs until so many seconds of CPU have gone by, or once. */
const ENOUGH_SECONDS = 0.2;
const LIMITS = { limits: { steps: 1e12, bytes: 1e12 } };

const engines = {
  ours: (source) => {
    const expression = compile(source, { profile: "jsonata" });
    return (context) => expression.evaluate(context, LIMITS);
  },
  "jsonata-js": (source) => {
    const expression = require("jsonata")(source);
    return (context) => expression.evaluate(context);
  },
};

const [list, name, engine] = process.argv.slice(2);
const { source, document } = JSON.parse(readFileSync(list, "utf8")).find((it) => it.name === name);
const context = JSON.parse(readFileSync(document, "utf8"));
const evaluate = engines[engine](source);
const resident = process.resourceUsage().maxRSS;
const times = [];
let [all, bytes] = [0, 0];
while (all < ENOUGH_SECONDS) {
  const started = process.cpuUsage();
  await evaluate(context);
  const { user, system } = process.cpuUsage(started);
  times.push((user + system) * 1e3);
  all += (user + system) / 1e6;
  // What later runs leave to the collector is not what one needs.
  bytes ||= (process.resourceUsage().maxRSS - resident) * 1024;
}
console.log(JSON.stringify({ ns: median(times), bytes }));
