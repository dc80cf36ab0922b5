// What the npm package answers to a request of the parity runner. node.mjs asks it in
// Node, sandbox.mjs where workflows run, so nothing here may need more than the package.
//
// Each case goes through every face of an expression: JSON text, the live object, and one
// that expressions share. They must agree; a difference is reported as a crash, which
// fails the case. What is measured goes through one of them.
import { decideJson } from "../../npm/dist/contract.js";
import {
  batch,
  compile,
  ExpressionError,
  metrics,
  validate,
  withContext,
} from "../../npm/dist/index.js";
import { answering, failure, present } from "./answers.mjs";
import { liveContext, LIVES, textOf } from "./live.mjs";

const answered = answering((error) => error instanceof ExpressionError);

const written = ({ value, steps, bytes }) => ({ json: textOf(value), steps, bytes });

/** The faces of an expression: over JSON text, over a live object, and over a shared one. */
const faces = {
  text: (expression, { text }, options) => expression.evaluateJson(text, options),
  live: (expression, { value }, options) => written(expression.evaluateWithCost(value, options)),
  shared: (expression, { value }, options) =>
    withContext(value, (shared) => {
      answered(() => shared.evaluate(expression, options));
      return written(shared.evaluateWithCost(expression, options));
    }),
  batch: (expression, { value }, options) => {
    const [, outcome] = batch([expression, expression]).evaluate(value, options);
    if (outcome.ok) {
      return written(outcome);
    }
    throw outcome.error;
  },
};
/** Only they take variables, and leave out what is not read. */
const ALONE = ["text", "live"];

/** The faces with those names that can be asked. */
function able(names, { bindings, reads }, context) {
  const sharing = bindings === undefined && reads === undefined;
  return names.filter(
    (name) => (name === "text" || "value" in context) && (sharing || ALONE.includes(name)),
  );
}

function evaluate(request, names) {
  const { source, profile, bindings, now, seed, steps, bytes, depth, reads } = request;
  const options = present({ now, seed, bindings, reads, limits: present({ steps, bytes, depth }) });
  return answered(() => {
    const expression = compile(source, { profile });
    const context = liveContext(request.context);
    const asked = able(names, request, context);
    const answers = asked.map((name) => answered(() => faces[name](expression, context, options)));
    return agreed(asked, answers);
  });
}

/** One evaluation, over a live object if the faces with those names have that. */
function measure(request, names) {
  const { source, profile, now, seed, live } = request;
  return answered(() => {
    const expression = compile(source, { profile });
    const context = live === undefined ? liveContext(request.context) : { value: LIVES[live]() };
    const name = "value" in context && (live ?? names.includes("live")) ? "live" : "text";
    return faces[name](expression, context, present({ now, seed }));
  });
}

/** The one answer that all gave; a crash if they differ. */
function agreed(names, answers) {
  const texts = answers.map((one) => JSON.stringify(one));
  return texts.every((text) => text === texts[0])
    ? answers[0]
    : { crash: names.map((name, at) => `${name}: ${texts[at]}`).join("; ") };
}

function check({ source, profile }) {
  return answered(() => {
    const { normalized, functions, error } = validate(source, { profile });
    return present({ normalized, functions, error: error && failure(error) });
  });
}

const decide = ({ request }) => answered(() => ({ document: decideJson(request) }));

/** Linear memory of the instance that ran last. */
const memory = () => ({ memory: metrics().memoryBytes });

const calls = { evaluate, measure, validate: check, decide, memory };

/** The answer to a request, through the faces with those names; both are JSON text. */
export function answer(line, names = Object.keys(faces)) {
  const request = JSON.parse(line);
  return JSON.stringify(calls[request.call](request, names));
}
