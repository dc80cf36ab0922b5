// expr-wasm with the feature `js-values` takes a live value for what the npm package takes
// it for: `node --test values.test.mjs`, when both are built.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { compile } from "../../npm/dist/index.js";

const require = createRequire(import.meta.url);
const { decideValue, Expression, validateValue } = require("../../target/values/node/expr_wasm.js");

const MEMBERS = ["name", "class", "code", "message", "help", "position", "span", "line", "column", "cost"];

/** What `call` answers or throws, in a form that can be compared. */
function outcomeOf(call) {
  try {
    return { value: JSON.stringify(call()) };
  } catch (error) {
    assert.ok(error instanceof Error);
    return { error: MEMBERS.map((member) => [member, error[member]]) };
  }
}

/** What both answer; they must agree. */
function agreed(source, context, options) {
  const profile = { profile: "jsonata" };
  const bytes = outcomeOf(() => compile(source, profile).evaluate(context, options));
  const values = outcomeOf(() => new Expression(source, profile).evaluate(context, options));
  assert.deepEqual(values, bytes);
  return values;
}

class Money {
  #cents;
  constructor(cents) {
    this.#cents = cents;
  }
  toJSON(key) {
    return { key, cents: this.#cents };
  }
}

const shared = { n: 1 };
const tagged = (tag, members) => ({ ...members, [Symbol.toStringTag]: tag });
const carried = {
  "undefined members": { a: undefined, b: 1 },
  "undefined and holes in arrays": [undefined, , 1],
  "toJSON": { price: new Money(5), list: [new Money(6)] },
  "a toJSON that answers nothing": { a: { toJSON: () => undefined }, b: [{ toJSON: () => undefined }] },
  "dates": { at: new Date(0), never: new Date(Number.NaN) },
  "inherited members": Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }),
  "hidden members": Object.defineProperty({ a: 1 }, "hidden", { value: 2 }),
  "symbol keys": { [Symbol("s")]: 1, a: 2 },
  "boxed primitives": [Object(1), Object("a"), Object(false)],
  "what merely calls itself Boolean": tagged("Boolean", { a: 1 }),
  "shared references": [shared, shared],
  "a key called __proto__": JSON.parse('{"__proto__":{"a":1}}'),
  "lone surrogates": ["\ud800", { "\udc00": "\ude00\ud83d" }, "\ufffd", "\ufffd\ud800"],
  "escapes": '"\\\u0000\n\u2028',
  "integer-like keys": { b: 1, 2: "two", 1: "one" },
  "numbers": [-0, 1e21, 1e-7, 0.1, 5e-324, 2 ** 53],
  "null prototypes": Object.assign(Object.create(null), { a: null }),
  "other scripts": { ключ: "значение 😀 é" },
  "typed arrays": new Uint8Array([1, 2]),
  "arrays with members": Object.assign([1, 2], { extra: 3 }),
  "proxies": new Proxy({ a: [1] }, {}),
  "nothing": undefined,
};
for (const [name, context] of Object.entries(carried)) {
  test(`${name} are what JSON.stringify sends`, () => {
    assert.equal(agreed("$", context).value, JSON.stringify(context));
  });
}

const cycle = {};
cycle.self = { again: [cycle] };
const throwing = Object.defineProperty({}, "a", {
  enumerable: true,
  get: () => {
    throw new Error("mine");
  },
});
const deep = Array.from({ length: 40 }).reduce((inner) => ({ "a b": inner }), { n: Number.NaN });
const refused = {
  "`context.a[1]` is NaN": { a: [1, Number.NaN] },
  "`context.a` is -Infinity": { a: Number.NEGATIVE_INFINITY },
  "`context.n` is a bigint": { n: 1n },
  "`context.n` is a bigint,": { n: Object(1n) },
  "`context.f` is a function": { f: () => 1 },
  "`context[0]` is a symbol": [Symbol("s")],
  '`context["a b"].m` is a Map': { "a b": { m: new Map() } },
  "`context.s` is a Set": { s: new Set() },
  "`context.self.again[0]` contains itself": cycle,
  "`context` is a function": () => 1,
  "…": deep,
  "mine": throwing,
};
for (const [message, context] of Object.entries(refused)) {
  test(`refused: ${message}`, () => {
    const { error } = agreed("$", context);
    assert.ok(new Map(error).get("message").includes(message));
  });
}

test("what is not read is not looked at", () => {
  const context = { payload: { id: 7, other: Number.NaN }, vars: new Map() };
  assert.equal(agreed("payload.id", context).value, "7");
  const { error } = agreed("payload.id", context, { reads: "all" });
  assert.ok(new Map(error).get("message").includes("`context.payload.other` is NaN"));
});

test("members of a prototype are not read", () => {
  assert.equal(agreed("constructor", {}).value, undefined);
  assert.equal(agreed("a.length", { a: [1, 2] }).value, undefined);
});

test("nesting and length without end are refused", () => {
  const expression = new Expression("$", { profile: "jsonata" });
  const endless = { toJSON: () => [endless] };
  assert.throws(() => expression.evaluate(endless), /nested deeper/);
  assert.throws(() => expression.evaluate(new Array(1_000_000_000)), /bytes of JSON/);
});

test("a getter may evaluate the same expression", () => {
  const expression = new Expression("a");
  const context = Object.defineProperty({}, "a", {
    enumerable: true,
    get: () => expression.evaluate({ a: 1 }) + 1,
  });
  assert.equal(expression.evaluate(context), 2);
});

test("errors have the members of the wire, and what was spent", () => {
  const { error } = agreed("1 + 'a'", {});
  assert.equal(new Map(error).get("code"), "T2002");
  assert.equal(typeof new Map(error).get("cost").steps, "number");
  agreed("1 +", {});
  agreed("$$$", {});
});

test("options that are wrong are refused as on the wire", () => {
  const expression = new Expression("1");
  const code = (options) => {
    try {
      return expression.evaluate({}, options);
    } catch (error) {
      return error.code;
    }
  };
  assert.equal(code({ stepz: 1 }), "W0103");
  assert.equal(code({ limits: { steps: -1 } }), "W0105");
  assert.equal(code({ bindings: {} }), "W0107");
  assert.equal(code(7), "W0101");
  assert.equal(code({ v: 2 }), 1);
});

test("sources are checked and decisions asked with live values", () => {
  assert.deepEqual(validateValue("$count(a)").functions, ["count"]);
  assert.equal(validateValue("(").error.class, "syntax");
  assert.throws(() => validateValue(7), { code: "W0105" });
  assert.equal(decideValue({ ask: "none" }).error.code, "W0105");
});
