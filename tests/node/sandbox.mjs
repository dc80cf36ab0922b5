// The npm package in what Temporal's workflow sandbox is, as a subject of the parity runner.
//
// An expression's face over JSON text answers in one kind of context, those over live
// objects in the other. The answers must be equal; a difference is reported as a crash,
// which fails the case.
import { Script } from "node:vm";
import { serve } from "./lines.mjs";
import { bundle } from "./sandbox/bundle.mjs";
import { OwnContext, SharedContext } from "./sandbox/contexts.mjs";

/** Requests that one workflow answers. */
const WORKFLOW = 250;

/** What is asked of one context: a single evaluation, and the memory of its instance. */
const SINGLE = /^\{"call":"me(asure|mory)"/;

const script = new Script(await bundle(), { filename: "workflow-bundle.js" });
const contexts = [new OwnContext(script), new SharedContext(script)];
let workflows = [];
let answered = 0;

await serve((line) => {
  if (answered++ % WORKFLOW === 0) {
    workflows = contexts.map((context) => context.start());
  }
  const own = workflows[0].answer(line, ["text"]);
  if (SINGLE.test(line)) {
    return own;
  }
  const shared = workflows[1].answer(line, ["live", "shared", "batch"]);
  return own === shared
    ? own
    : JSON.stringify({ crash: `own context, text: ${own}; shared one, live: ${shared}` });
});
