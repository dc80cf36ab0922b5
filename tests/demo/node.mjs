// The demo's expressions through the npm package: the plan on stdin, the answers on stdout.
import { readFileSync } from "node:fs";
import { compile, digest, ExpressionError } from "../../npm/dist/index.js";

const { now, repeat, cases } = JSON.parse(readFileSync(0, "utf8"));

function evaluate({ source, context }) {
  try {
    const expression = compile(source);
    const times = [];
    let answer;
    for (let run = 0; run < repeat; run++) {
      const started = process.hrtime.bigint();
      answer = expression.evaluateJson(context, { now });
      times.push(Number(process.hrtime.bigint() - started));
    }
    times.sort((one, other) => one - other);
    return { ...answer, nanoseconds: times[times.length >> 1] };
  } catch (error) {
    if (error instanceof ExpressionError) {
      return { error: `${error.code}: ${error.message}` };
    }
    throw error;
  }
}

process.stdout.write(JSON.stringify({ digest, answers: cases.map(evaluate) }));
