// The parity runner's requests, answered inside of a workflow.
import { continueAsNew, proxyActivities } from "@temporalio/workflow";
import { answer } from "expr-subject";

const { readBatch } = proxyActivities({ startToCloseTimeout: "1 minute" });
/** Batches of a run: a history has to hold them all. */
const BATCHES_OF_A_RUN = 10;

/** How many requests were answered, and which of them otherwise than was recorded. */
export async function vectors({ batches, next = 0, asked = 0, differing = [] }) {
  const until = Math.min(batches, next + BATCHES_OF_A_RUN);
  for (let at = next; at < until; at++) {
    for (const { request, expected } of await readBatch(at)) {
      const answered = answer(request);
      asked += 1;
      if (answered !== expected) {
        differing.push({ request: request.slice(0, 500), expected: expected.slice(0, 500), answered: answered.slice(0, 500) });
      }
    }
  }
  return until < batches
    ? continueAsNew({ batches, next: until, asked, differing })
    : { asked, differing };
}
