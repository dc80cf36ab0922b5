// Answers each line `[pattern, flags, subjects]` with what RegExp finds: "refused", or for
// each subject its first matches, each as the ranges of its groups; "gave up" where its
// stack overflows.
import { createInterface } from "node:readline";

const MATCHES = 4;

function matches(regex, subject) {
  const found = [];
  regex.lastIndex = 0;
  for (let match; found.length < MATCHES && (match = regex.exec(subject)); ) {
    found.push(Array.from(match.indices, (range) => range ?? null));
    if (match[0] === "") regex.lastIndex += 1;
  }
  return found;
}

function answer([pattern, flags, subjects]) {
  let regex;
  try {
    regex = new RegExp(pattern, "dg" + flags);
  } catch {
    return "refused";
  }
  try {
    return subjects.map((subject) => matches(regex, subject));
  } catch {
    return "gave up";
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n");
}
