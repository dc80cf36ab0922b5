// The npm package as a subject of the parity runner: one request a line on stdin, one
// answer a line on stdout.
//
// Each case goes through both faces of an expression, the live object and the JSON text.
// They must agree; a difference is reported as a crash, which fails the case.
import { createInterface } from "node:readline";
import { decideJson } from "../../npm/dist/contract.js";
import { compile, ExpressionError, validate } from "../../npm/dist/index.js";

const MEMBERS = [
  "class", "code", "message", "position", "token", "span", "line", "column", "help", "suggestion",
];

const present = (members) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

const failure = (error) => present(Object.fromEntries(MEMBERS.map((name) => [name, error[name]])));

/** Runs `call`; an ExpressionError is an answer, anything else a crash. */
function answered(call) {
  try {
    return call();
  } catch (error) {
    if (error instanceof ExpressionError) {
      return { error: failure(error), ...error.cost };
    }
    return { crash: `threw ${error?.stack ?? error}` };
  }
}

function evaluate({
  source, profile, context, bindings, now, seed, steps, bytes, depth, reads,
}) {
  const limits = present({ steps, bytes, depth });
  const options = present({ now, seed, bindings, limits, reads });
  return answered(() => {
    const expression = compile(source, { profile });
    const text = answered(() => expression.evaluateJson(context, options));
    const live = answered(() => {
      const object = context === undefined ? undefined : JSON.parse(context);
      const { value, ...cost } = expression.evaluateWithCost(object, options);
      return { json: JSON.stringify(value), ...cost };
    });
    const [one, other] = [JSON.stringify(text), JSON.stringify(live)];
    return one === other
      ? text
      : { crash: `the text face answers ${one} and the live face ${other}` };
  });
}

function check({ source, profile }) {
  return answered(() => {
    const { normalized, functions, error } = validate(source, { profile });
    return present({ normalized, functions, error: error && failure(error) });
  });
}

const decide = ({ request }) => answered(() => ({ document: decideJson(request) }));

const calls = { evaluate, validate: check, decide };
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(calls[request.call](request))}\n`);
}
