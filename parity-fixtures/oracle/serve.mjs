// Answers each line `{decide}` with what should be decided, and every other line,
// `{source, context?, now?, profile, without?}`, with what the reference says. `without`
// names divergences that are taken out of the reference first, so that a difference can be
// laid to one of them.
import { createInterface } from "node:readline";
import { asExpected, decide } from "./decisions/index.mjs";
import { answer } from "./reference.mjs";

async function answered({ decide: request, profile, without, ...vector }) {
  if (request) return asExpected(await decide(request));
  try {
    return await answer(vector, profile, without);
  } catch {
    // Without an answer the case counts as one that the reference did not end.
    return {};
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const found = await answered(JSON.parse(line));
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
