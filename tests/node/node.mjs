// The npm package in Node, as a subject of the parity runner.
import { serve } from "./lines.mjs";
import { answer } from "./subject.mjs";

await serve((line) => answer(line));
