// The conversation with the parity runner: one request a line on stdin, one answer a line
// on stdout.
import { createInterface } from "node:readline";

/** Asks what the last answer took. */
const TIME = '{"call":"time"}';

export async function serve(answer) {
  let milliseconds = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === TIME) {
      process.stdout.write(`{"milliseconds":${milliseconds}}\n`);
      continue;
    }
    const started = performance.now();
    const before = process.cpuUsage();
    process.stdout.write(`${answer(line)}\n`);
    const { user, system } = process.cpuUsage(before);
    // On a busy machine the clock counts others; the processor counts V8's other threads.
    milliseconds = Math.min(performance.now() - started, (user + system) / 1_000);
  }
}
