// Answers the project's fixtures from the reference.
//
//     node oracle.mjs check PATH…   compares; exits with 1 on any difference
//     node oracle.mjs fill PATH…    adds the answers that are missing
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { asExpected, decide } from "./decisions/index.mjs";
import { answer, decoded } from "./reference.mjs";

const SKIPPED = ["oracle", "data", "node_modules"];
const CHECKS = ["normalized", "functions", "validate"];

function* fixtureFiles(path) {
  if (statSync(path).isFile()) {
    yield path;
    return;
  }
  for (const name of readdirSync(path).sort()) {
    const inside = join(path, name);
    if (SKIPPED.includes(name)) continue;
    if (statSync(inside).isDirectory()) yield* fixtureFiles(inside);
    else if (name.endsWith(".json")) yield inside;
  }
}

/** Members of an expected error are compared where the fixture gives them. */
function agrees(given, found) {
  if (given?.error && found?.error) {
    return Object.entries(given.error).every(([name, value]) =>
      isDeepStrictEqual(value, found.error[name]),
    );
  }
  // Key order is part of an answer.
  return JSON.stringify(given) === JSON.stringify(found);
}

function compare(vector, found, checked) {
  const names = ["expect", ...(checked ? CHECKS : CHECKS.filter((name) => name in vector))];
  return names
    .filter((name) => !agrees(vector[name], found[name]))
    .map((name) => ({ name, given: vector[name], found: found[name] }));
}

function fill(vector, found, checked) {
  for (const name of ["expect", ...(checked ? CHECKS : [])]) {
    if (!(name in vector) && name in found) vector[name] = found[name];
  }
}

function isAnswered(vector, checked) {
  return "expect" in vector && (!checked || "validate" in vector);
}

function write(file, { meta, vectors }) {
  const lines = vectors.map((vector) => `  ${JSON.stringify(vector)}`).join(",\n");
  writeFileSync(file, `{ "meta": ${JSON.stringify(meta)}, "vectors": [\n${lines}\n] }\n`);
}

/** Whether a decision is as expected: whole, some members of it, or an error. */
function decides(given, found) {
  if (!isDeepStrictEqual(given.redactionPaths ?? [], found.redactionPaths ?? [])) return false;
  if (given.error) {
    const { pathAbsent, message, ...rest } = given.error;
    if (pathAbsent && found.error?.path !== undefined) return false;
    return agrees({ error: rest }, found) && sameText(message, found.error.message);
  }
  if (!("ok" in given)) {
    const same = ([name, value]) => JSON.stringify(value) === JSON.stringify(found.ok?.[name]);
    return Object.entries(given).every(same);
  }
  return JSON.stringify(asExpected(given)) === JSON.stringify(asExpected(found));
}

/** The text after `…` is the engine's own. */
function sameText(given, found) {
  if (given === undefined || given === found) return true;
  return Boolean(found?.endsWith("…") && given.startsWith(found.slice(0, -1)));
}

function report(group, id, name, given, found) {
  different += 1;
  console.log(`${group}/${id}: ${name}\n  fixture   ${JSON.stringify(given)}`);
  console.log(`  reference ${JSON.stringify(found)}`);
}

const [mode, ...paths] = process.argv.slice(2);
if (!["check", "fill"].includes(mode) || paths.length === 0) {
  console.error(`usage: node ${basename(import.meta.filename)} check|fill PATH…`);
  process.exit(1);
}
let count = 0;
let different = 0;
let passedOver = 0;
for (const file of paths.flatMap((path) => [...fixtureFiles(path)])) {
  const fixture = JSON.parse(readFileSync(file, "utf8"));
  const { group, profile, checks } = fixture.meta;
  const lacking = fixture.vectors.some((vector) => !isAnswered(vector, checks));
  for (const vector of fixture.vectors) {
    if (vector.decide) {
      const found = await decide(decoded(vector.decide));
      if (found === undefined) passedOver += 1;
      else if (mode === "fill" && !("expect" in vector)) vector.expect = asExpected(found);
      else if (!decides(vector.ours ?? vector.expect, found)) {
        report(group, vector.id, "decision", vector.ours ?? vector.expect, found);
      }
      count += found === undefined ? 0 : 1;
      continue;
    }
    const found = await answer(vector, profile ?? "workflow");
    if (mode === "fill") fill(vector, found, checks);
    for (const { name, given, found: seen } of compare(vector, found, checks)) {
      report(group, vector.id, name, given, seen);
    }
    count += 1;
  }
  // Writing a document again would sort the keys that spell indices.
  if (mode === "fill" && lacking) write(file, fixture);
}
console.log(
  `oracle: ${count} fixtures, ${different} differ from the reference, ${passedOver} passed over`,
);
process.exit(different === 0 ? 0 : 1);
