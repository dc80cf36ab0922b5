// expr-wasm with the feature `js-values`, linked as into somebody's own module, as a subject
// of the parity runner. Contexts, variables and asks go in as live values and results come
// out as such.
import { createRequire } from "node:module";
import { answering, failure, present } from "./answers.mjs";
import { serve } from "./lines.mjs";
import { LIVES, textOf } from "./live.mjs";

const require = createRequire(import.meta.url);
const values = require("../../target/values/node/expr_wasm.js");

const answered = answering((error) => error?.name === "ExpressionError");

function liveValue({ live, context }) {
  if (live !== undefined) {
    return LIVES[live]();
  }
  return context === undefined ? undefined : JSON.parse(context);
}

function evaluate(request) {
  const { source, profile, bindings, now, seed, steps, bytes, depth, reads } = request;
  const limits = present({ steps, bytes, depth });
  const options = present({ now, seed, bindings, reads, limits });
  return answered(() => {
    const context = liveValue(request);
    const expression = new values.Expression(source, { profile });
    try {
      const { value, ...cost } = expression.evaluateWithCost(context, options);
      return { json: textOf(value), ...cost };
    } finally {
      expression.free();
    }
  });
}

function check({ source, profile }) {
  return answered(() => {
    const { normalized, functions, error } = values.validateValue(source, { profile });
    return present({ normalized, functions, error: error && failure(error) });
  });
}

/** A request comes as JSON text, and the answer goes back as such. */
const decide = ({ request }) =>
  answered(() => ({ document: JSON.stringify(values.decideValue(JSON.parse(request))) }));

const memory = () => ({ memory: values.__wasm.memory.buffer.byteLength });

// There is one way to evaluate, which is also what is measured.
const calls = { evaluate, measure: evaluate, validate: check, decide, memory };

await serve((line) => {
  const request = JSON.parse(line);
  return JSON.stringify(calls[request.call](request));
});
