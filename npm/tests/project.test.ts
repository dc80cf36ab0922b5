import { compile, type Expression, ExpressionError } from "workflow-expr";
import { describe, expect, test } from "vitest";

const plain = (source: string): Expression => compile(source, { profile: "jsonata" });

/** An object that must not be looked at: whatever is asked of it throws. */
function untouchable(): object {
  const refuse = (): never => {
    throw new Error("what is not read was looked at");
  };
  return new Proxy({}, {
    get: refuse,
    ownKeys: refuse,
    has: refuse,
    getOwnPropertyDescriptor: refuse,
    getPrototypeOf: refuse,
  });
}

function refusal(source: string, context: unknown): string {
  try {
    plain(source).evaluate(context);
  } catch (error) {
    expect(error).toBeInstanceOf(ExpressionError);
    expect((error as ExpressionError).class).toBe("transport");
    return (error as ExpressionError).message;
  }
  throw new Error("the context was accepted");
}

test("an expression says what it reads", () => {
  expect(compile("payload.items[price > 10].sku").reads).toEqual({
    payload: { items: { price: true, sku: true } },
  });
  expect(compile("1 + 1").reads).toEqual({});
  expect(plain("$").reads).toBe(true);
});

test("an expression says what it will cost", () => {
  expect(compile("1 + 2").estimate).toEqual({ min: 3, max: "6" });
  const { estimate } = compile("payload.items^(price)");
  expect(estimate.max).toBe("O(n log n)");
  expect(compile("[1..payload.n]").estimate.max).toBe("unbounded: a range");
  const [few, many] = [2, 200].map((count) => {
    const items = Array.from({ length: count }, (_, price) => ({ price }));
    return compile("payload.items^(price)").evaluateWithCost({ payload: { items } }).steps;
  });
  expect(estimate.min).toBeLessThanOrEqual(few ?? 0);
  expect(many).toBeGreaterThan(50 * (few ?? 0));
});

describe("nothing outside of the reads is looked at", () => {
  const outside = { bad: untouchable(), n: 1n, f: (): number => 1, m: new Map(), nan: Number.NaN };

  test.each([
    ["a.b", { ...outside, a: { ...outside, b: 1 } }, 1],
    ["a.b", [{ ...outside, a: [{ ...outside, b: 1 }, [{ b: 2 }], 3, null] }], [1, 2]],
    ["a[b = 1].c", { a: [{ b: 1, c: "x", ...outside }, { b: 2, c: "y" }] }, "x"],
    ["1 + 1", outside, 2],
  ])("%s", (source, context, expected) => {
    expect(plain(source).evaluate(context)).toEqual(expected);
  });

  test("a cycle", () => {
    const context: Record<string, unknown> = { a: 1 };
    context["self"] = context;
    expect(plain("a").evaluate(context)).toBe(1);
  });
});

describe("inside the reads the rules are JSON's", () => {
  class Ticket {
    toJSON(key: string): unknown {
      return { id: key, hidden: untouchable() };
    }
  }

  test.each([
    ["toJSON is called before members are asked for", "t.id", { t: new Ticket() }, "t"],
    ["toJSON of items", "t.id", { t: [new Ticket(), new Ticket()] }, ["0", "1"]],
    ["a date", "at.x ? 1 : at", { at: new Date(0) }, "1970-01-01T00:00:00.000Z"],
    ["undefined members are absent", "$exists(a.b)", { a: { b: undefined } }, false],
    ["inherited members are absent", "$exists(a.b)", { a: Object.create({ b: 1 }) }, false],
    ["hidden members are absent", "$exists(a.b)", { a: Object.defineProperty({}, "b", { value: 1 }) }, false],
    ["a method of every object is no member", "$exists(toString)", {}, false],
    ["a length is no member", "$exists(a.length)", { a: [1, 2], b: "xy" }, false],
    ["holes and undefined items are null", "[a.b, $count(a.c)]", { a: [, undefined, { c: 1 }] }, [1]],
    ["a key called __proto__", "`__proto__`.a", JSON.parse('{"__proto__":{"a":1},"b":2}'), 1],
    ["boxed primitives", "a.b", { a: { b: Object("x") } }, "x"],
    ["a null prototype", "a.b", { a: Object.assign(Object.create(null), { b: 1 }) }, 1],
  ])("%s", (_, source, context, expected) => {
    const expression = plain(source);
    expect(expression.evaluate(context)).toEqual(expected);
  });

  test.each([
    ["`context.a.b` is NaN", "a.b", { a: { b: Number.NaN, c: 1 } }],
    ["`context.a[1].b` is a bigint", "a.b", { a: [{ b: 1 }, { b: 1n }] }],
    ["`context.a` is a Map", "a.b", { a: new Map() }],
    ["`context.a.b.c` is a function", "a.b", { a: { b: { c: () => 1 } } }],
  ])("%s", (message, source, context) => {
    expect(refusal(source, context)).toContain(message);
  });
});

test("the whole context gives the same answer at the same cost", () => {
  const expression = plain("items[price > 10].{ 'sku': sku, 'n': $count(tags) }");
  const items = [1, 2, 3].map((n) => ({ price: n * 6, sku: `s${n}`, tags: ["a", "b"], rest: { n } }));
  const context = { other: "x", items };
  expect(expression.evaluateWithCost(context, { reads: "all" })).toEqual(
    expression.evaluateWithCost(context),
  );
  expect(() => plain("a").evaluate({ a: 1, b: 1n }, { reads: "all" })).toThrow("`context.b` is a bigint");
});
