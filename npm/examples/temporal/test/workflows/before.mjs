// The example's workflow as it was before it used workflow-expr.
import { sleep } from "@temporalio/workflow";

export async function runDefinition() {
  await sleep(1);
  return { sum: 3 };
}
