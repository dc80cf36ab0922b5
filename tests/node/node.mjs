// The npm package in Node, as a subject of the parity runner.
//
// With EXPR_RECORDING, requests and answers are also written to that file, a line each:
// what is not run by the runner itself, such as workflows on a server, is compared with it.
import { openSync, writeSync } from "node:fs";
import { serve } from "./lines.mjs";
import { answer } from "./subject.mjs";

const { EXPR_RECORDING } = process.env;
const recording = EXPR_RECORDING === undefined ? undefined : openSync(EXPR_RECORDING, "a");

await serve((line) => {
  const answered = answer(line);
  if (recording !== undefined) {
    writeSync(recording, `${line}\n${answered}\n`);
  }
  return answered;
});
