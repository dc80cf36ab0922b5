// The demo's expressions through the npm package; `clock` counts nanoseconds.
import { compile, digest, ExpressionError } from "../../npm/dist/index.js";

/** What the package answers to the cases of a plan, and how long that took. */
export function answers({ now, repeat, cases }, clock) {
  return { digest, answers: cases.map((one) => evaluate(one, now, repeat, clock)) };
}

function evaluate({ source, context }, now, repeat, clock) {
  try {
    const expression = compile(source);
    const times = [];
    let answer;
    for (let run = 0; run < repeat; run++) {
      const started = clock();
      answer = expression.evaluateJson(context, { now });
      times.push(Number(clock() - started));
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
