// The demo's expressions where a Temporal worker runs workflows, with a module that was
// preloaded: the plan on stdin, the answers on stdout.
import { readFileSync } from "node:fs";
import { Script } from "node:vm";
import { bundle } from "../node/sandbox/bundle.mjs";
import { SharedContext } from "../node/sandbox/contexts.mjs";

const plan = JSON.parse(readFileSync(0, "utf8"));
const script = new Script(await bundle(new URL("workflow.cjs", import.meta.url)));
const { answers } = new SharedContext(script).start();
// A workflow has no clock for this, so it is given one.
process.stdout.write(JSON.stringify(answers(plan, () => process.hrtime.bigint())));
