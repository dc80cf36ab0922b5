import { compile, ExpressionError } from "workflow-expr";
import { describe, expect, test } from "vitest";

const whole = compile("$", { profile: "jsonata" });

/** The message with which `context` is refused. */
function refusal(context: unknown): string {
  try {
    whole.evaluate(context);
  } catch (error) {
    expect(error).toBeInstanceOf(ExpressionError);
    expect((error as ExpressionError).class).toBe("transport");
    return (error as ExpressionError).message;
  }
  throw new Error("the context was accepted");
}

class Money {
  readonly #cents: number;
  constructor(cents: number) {
    this.#cents = cents;
  }
  toJSON(key: string): unknown {
    return { key, cents: this.#cents };
  }
}

describe("means what JSON.stringify sends", () => {
  const shared = { n: 1 };
  const cases: [string, unknown][] = [
    ["undefined members are absent", { a: undefined, b: 1 }],
    ["undefined and holes in arrays are null", [undefined, , 1]],
    ["toJSON is called with the key", { price: new Money(5), list: [new Money(6)] }],
    ["dates", { at: new Date(0), never: new Date(Number.NaN) }],
    ["inherited members are absent", Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } })],
    ["hidden members are absent", Object.defineProperty({ a: 1 }, "hidden", { value: 2 })],
    ["symbol keys are absent", { [Symbol("s")]: 1, a: 2 }],
    ["boxed primitives", [Object(1), Object("a"), Object(false)]],
    ["shared references are copied", [shared, shared]],
    ["a key called __proto__", JSON.parse('{"__proto__":{"a":1}}')],
    ["lone surrogates", ["\ud800", { "\udc00": "\ude00\ud83d" }]],
    ["escapes", '"\\\u0000\n\u2028'],
    ["integer-like keys", { b: 1, 2: "two", 1: "one" }],
    ["negative zero", [-0]],
    ["null prototypes", Object.assign(Object.create(null), { a: 1 })],
    ["astral and accented text", { ключ: "значение 😀 é" }],
    ["typed arrays are objects", new Uint8Array([1, 2])],
  ];
  test.each(cases)("%s", (_, context) => {
    const sent = JSON.stringify(context);
    expect(JSON.stringify(whole.evaluate(context))).toBe(sent);
  });
});

describe("a plain context and one with something unusual cross alike", () => {
  const texts = ["", "a", '"\\\n\u001f', "é€😀", "\ud800", "\udfff\ud800", "x".repeat(47), `${"y".repeat(60)}"`];
  const cases: [string, unknown][] = [
    ["texts", texts],
    ["keys", Object.fromEntries(texts.map((text, at) => [text, at]))],
    ["numbers", [-0, 0, 1e21, 1e-7, 5e-324, 0.1 + 0.2, 2 ** 53]],
    ["holes and undefined", { list: [, undefined, null], gone: undefined, kept: null }],
    ["no prototype", Object.assign(Object.create(null), { a: [{}, []] })],
    ["keys that spell indices", { b: 1, 10: 2, 9: 3, "-1": 4 }],
    ["40 levels", Array.from({ length: 40 }).reduce((inner) => ({ inner }), 1)],
    ["a long text", "z".repeat((1 << 20) + 1)],
  ];
  test.each(cases)("%s", (_, value) => {
    const plain = { value };
    // The writer that keeps books is asked for because of the member with a `toJSON`.
    const unusual = { value, at: { toJSON: () => "now" } };
    expect(whole.evaluateWithCost(plain).value).toEqual(JSON.parse(JSON.stringify(plain)));
    expect(whole.evaluateWithCost(unusual).value).toEqual(JSON.parse(JSON.stringify(unusual)));
  });
});

describe("refuses what JSON would drop or replace", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = { again: [cycle] };
  test.each([
    ["`context.a[1]` is NaN", { a: [1, Number.NaN] }],
    ["`context.a` is -Infinity", { a: Number.NEGATIVE_INFINITY }],
    ["`context.n` is a bigint", { n: 1n }],
    ["`context.f` is a function", { f: () => 1 }],
    ["`context[0]` is a symbol", [Symbol("s")]],
    ['`context["a b"].m` is a Map', { "a b": { m: new Map() } }],
    ["`context.s` is a Set", { s: new Set() }],
    ["`context.self.again[0]` contains itself", cycle],
    ["`context` is a function", () => 1],
  ])("%s", (message, context) => {
    expect(refusal(context)).toContain(message);
  });

  test("nesting without end", () => {
    const endless = { toJSON: (): unknown => [endless] };
    expect(refusal(endless)).toContain("nested deeper");
  });

  test("an array of a billion holes", () => {
    expect(refusal(new Array(1_000_000_000))).toContain("characters of JSON");
  });
});

test("deep nesting never reaches the host's stack", () => {
  let context: unknown = 1;
  for (let depth = 0; depth < 100_000; depth++) {
    context = [context];
  }
  let failure: unknown;
  try {
    compile("1").evaluate(context);
  } catch (error) {
    failure = error;
  }
  // The engine has a limit of its own; whichever way, the answer is a coded one.
  expect(failure === undefined || failure instanceof ExpressionError).toBe(true);
  expect((failure as ExpressionError | undefined)?.class).not.toBe("host");
  expect(compile("1 + 1").evaluate({})).toBe(2);
});

test("what a caller's own getter throws reaches the caller", () => {
  const own = new Error("mine");
  const context = Object.defineProperty({}, "a", {
    enumerable: true,
    get: () => {
      throw own;
    },
  });
  expect(() => whole.evaluate(context)).toThrow(own);
});

test("a list is read by its indices, whatever methods it has of its own", () => {
  const own = { every: () => true };
  expect(whole.evaluate({ v: Object.assign([1, 2], own) })).toEqual({ v: [1, 2] });
  expect(whole.evaluate({ v: Object.setPrototypeOf([1, 2], null) })).toEqual({ v: [1, 2] });
  expect(() => whole.evaluate({ v: Object.assign([1, Number.NaN], own) })).toThrow("context.v[1]");
});
