// Asks every function for each kind of first argument: adds the cases that are missing to
// language/function/<name>.json, without answers, which `fill` then gives.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const FOLDER = new URL("../language/function/", import.meta.url);
const LAMBDA = "function($x) { $x }";

/** Arguments that fit. The clock and random numbers have fixtures of their own. */
const FITTING = {
  abs: ["-5.5"],
  append: ["[1]", "[2]"],
  assert: ["1 = 1", '"it holds"'],
  average: ["[1, 2, 6]"],
  base64decode: ['"SGk="'],
  base64encode: ['"Hi"'],
  boolean: ['"a"'],
  ceil: ["1.2"],
  clone: ['{"a": [1]}'],
  contains: ['"banana"', '"nan"'],
  count: ["[1, 2]"],
  decodeUrl: ['"a%20b"'],
  decodeUrlComponent: ['"a%2Fb"'],
  distinct: ["[1, 1]"],
  each: ['{"a": 1, "b": 2}', "function($v, $k) { $k & $v }"],
  encodeUrl: ['"a b"'],
  encodeUrlComponent: ['"a/b"'],
  error: ['"stop"'],
  eval: ['"1 + 1"'],
  exists: ["1"],
  filter: ["[1, 2, 3]", "function($v) { $v > 1 }"],
  floor: ["1.8"],
  formatBase: ["100", "2"],
  formatInteger: ["12", '"w"'],
  formatNumber: ["1234.5", '"#,##0.00"'],
  fromMillis: ["1510067557121", '"[Y]-[M01]"'],
  join: ['["a", "b"]', '"-"'],
  keys: ['{"a": 1, "b": 2}'],
  length: ['"abc"'],
  lookup: ['{"a": 1}', '"a"'],
  lowercase: ['"AbC"'],
  map: ["[1, 2]", "function($v, $i) { $v + $i }"],
  match: ['"a1b2"', "/[a-z]/"],
  max: ["[1, 3, 2]"],
  merge: ['[{"a": 1}, {"b": 2}]'],
  millis: [],
  min: ["[3, 1, 2]"],
  not: ["0"],
  now: [],
  number: ['"12.5"'],
  pad: ['"7"', "-3", '"0"'],
  parseInteger: ['"12"', '"0"'],
  power: ["2", "3"],
  reduce: ["[1, 2, 3]", "function($l, $r) { $l + $r }"],
  replace: ['"banana"', '"a"', '"o"'],
  reverse: ["[1, 2]"],
  round: ["2.345", "2"],
  sift: ['{"a": 1, "b": 2}', "function($v) { $v > 1 }"],
  single: ["[1, 2, 3]", "function($v) { $v = 2 }"],
  sort: ["[2, 1]"],
  split: ['"a,b"', '","'],
  spread: ['{"a": 1, "b": 2}'],
  sqrt: ["9"],
  string: ["1.50"],
  substring: ['"hello"', "1", "3"],
  substringAfter: ['"a=b"', '"="'],
  substringBefore: ['"a=b"', '"="'],
  sum: ["[1, 2.5]"],
  toMillis: ['"2017-11-07"', '"[Y]-[M01]-[D01]"'],
  trim: ['"  a  b "'],
  type: ["1"],
  uppercase: ['"aßc"'],
  zip: ["[1, 2]", "[3]"],
};

const KINDS = {
  missing: "nothing",
  null: "null",
  truth: "true",
  number: "12",
  text: '"2x"',
  "empty-text": '""',
  "empty-list": "[]",
  "list-of-kinds": '[1, "a"]',
  object: '{"k": 1}',
  function: LAMBDA,
};

function sources(name, [first, ...rest]) {
  const call = (...given) => `$${name}(${given.join(", ")})`;
  const cases = { nothing: call() };
  if (first === undefined) return cases;
  cases.fitting = call(first, ...rest);
  cases["from-the-context"] = `(${first}).${call(...rest)}`;
  cases["piped"] = `${first} ~> ${call(...rest)}`;
  cases["one-too-many"] = call(first, ...rest, '"x"', "1", LAMBDA);
  for (const [kind, argument] of Object.entries(KINDS)) {
    cases[`first-is-${kind}`] = call(argument, ...rest);
  }
  return cases;
}

mkdirSync(FOLDER, { recursive: true });
for (const [name, fitting] of Object.entries(FITTING)) {
  const file = new URL(`${name}.json`, FOLDER);
  const meta = { group: `function/${name}`, profile: "jsonata" };
  const { vectors } = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { vectors: [] };
  for (const [id, source] of Object.entries(sources(name, fitting))) {
    if (!vectors.some((vector) => vector.id === id)) vectors.push({ id, source });
  }
  writeFileSync(file, JSON.stringify({ meta, vectors }));
}
