// What npm `jsonata` answers to one expression over one document, as JSON text on stdout:
// `reference.mjs SOURCE DOCUMENT`. Nothing is written where there is no value.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(new URL("../../parity-fixtures/oracle/package.json", import.meta.url));
const jsonata = require("jsonata");
const [source, document] = process.argv.slice(2);
const value = await jsonata(source).evaluate(JSON.parse(readFileSync(document, "utf8")));
process.stdout.write(JSON.stringify(value) ?? "");
