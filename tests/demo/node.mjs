// The demo's expressions in Node: the plan on stdin, the answers on stdout.
import { readFileSync } from "node:fs";
import { answers } from "./answers.mjs";

const plan = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(answers(plan, () => process.hrtime.bigint())));
