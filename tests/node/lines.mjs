// The conversation with the parity runner: one request a line on stdin, one answer a line
// on stdout.
import { createInterface } from "node:readline";

export async function serve(answer) {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${answer(line)}\n`);
  }
}
