// Answers each line `{source, context?, now?, profile, without?}` with what the reference
// says. `without` names divergences that are taken out of the reference first, so that a
// difference can be laid to one of them.
import { createInterface } from "node:readline";
import { answer } from "./reference.mjs";

for await (const line of createInterface({ input: process.stdin })) {
  const { profile, without, ...vector } = JSON.parse(line);
  const found = await answer(vector, profile, without);
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
