// Puts everything that is measured into one folder: `prepare.mjs FOLDER [--answers]`.
//
// FOLDER/workloads.json lists name, source and document of every workload, whether its
// instructions are counted, and with `--answers` also the answer with which all others are compared: that of npm `jsonata`, or
// of the hand-written code where npm `jsonata` runs out of memory or time.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { documents } from "./documents.mjs";
import { hand } from "./hand.mjs";

const SHARED = new URL("../../../shared/bench/", import.meta.url);
const REFERENCE = fileURLToPath(new URL("reference.mjs", import.meta.url));
const BOUNDS = { timeout: 60_000, maxBuffer: 1 << 28, encoding: "utf8" };

const listed = (folder) => JSON.parse(readFileSync(new URL("workloads.json", folder), "utf8"));

const [folder, answers] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const workloads = [];

function add(entries, write) {
  for (const { name, expr, data, counted } of entries) {
    const document = join(folder, `${data}.json`);
    rmSync(document, { force: true });
    write(data, document);
    workloads.push({ name, source: expr, document, counted });
  }
}

/** Adds `answer`, unless there is no value, and `unanswered` where the reference has none. */
function addAnswer(workload) {
  const { name, source, document } = workload;
  const options = ["--max-old-space-size=1024", REFERENCE, source, document];
  const { status, stdout } = spawnSync(process.execPath, options, BOUNDS);
  if (status === 0) {
    workload.answer = stdout === "" ? undefined : JSON.parse(stdout);
    return;
  }
  if (hand[name] === undefined) {
    throw new Error(`${name}: npm jsonata does not answer, and there is no other reference`);
  }
  workload.answer = hand[name](JSON.parse(readFileSync(document, "utf8")));
  workload.unanswered = true;
}

if (existsSync(SHARED)) {
  add(listed(SHARED), (data, to) => copyFileSync(new URL(`data_${data}.json`, SHARED), to));
} else {
  console.log("SKIPPED: the workloads of ../shared/bench, which is not there");
}
add(listed(new URL("./", import.meta.url)), (data, to) => {
  writeFileSync(to, JSON.stringify(documents[data]()));
});
if (answers === "--answers") {
  workloads.forEach(addAnswer);
}
writeFileSync(join(folder, "workloads.json"), JSON.stringify(workloads));
