import {
  batch,
  compile,
  type Expression,
  ExpressionError,
  metrics,
  type Outcome,
  type SharedContext,
  withContext,
} from "workflow-expr";
import { describe, expect, test } from "vitest";

const SOURCES = [
  "payload.items.price",
  "$sum(payload.items.(price * count))",
  "nothing.here",
  "$error('no')",
  "$string($)",
  "$now()",
];
const context = {
  payload: { items: [{ price: 2, count: 3 }, { price: 5, count: 1 }], note: "\ud800" },
};
const options = { now: "2026-03-04T05:06:07.089Z" };

function plain(source: string): Expression {
  return compile(source, { profile: "jsonata" });
}

/** What an expression answers by itself, in the form of an outcome of a batch. */
function alone(expression: Expression): Outcome {
  try {
    return { ok: true, ...expression.evaluateWithCost(context, options) };
  } catch (error) {
    return { ok: false, error: error as ExpressionError };
  }
}

describe("batch", () => {
  test("answers as its expressions do alone", () => {
    const expressions = SOURCES.map(plain);
    expect(batch(expressions).evaluate(context, options)).toEqual(expressions.map(alone));
    expect(batch([]).evaluate(context)).toEqual([]);
  });

  test("looks only at what its expressions read together", () => {
    const guarded = {
      a: 1,
      b: { c: 2, get d(): number {
        throw new Error("`b.d` is looked at");
      } },
      get e(): number {
        throw new Error("`e` is looked at");
      },
    };
    const both = batch([compile("a"), compile("b.c"), compile("b.c + a")]);
    expect(both.evaluate(guarded)).toMatchObject([{ value: 1 }, { value: 2 }, { value: 3 }]);
    expect(() => batch([compile("a"), compile("b")]).evaluate(guarded)).toThrow("`b.d`");
  });

  test("compiles again what the module has evicted", () => {
    const expressions = SOURCES.map(plain);
    const before = batch(expressions).evaluate(context, options);
    for (let count = 0; count < 1_100; count++) {
      compile(`${count}`);
    }
    expect(batch(expressions).evaluate(context, options)).toEqual(before);
  });

  test("may have more expressions than the module keeps", () => {
    const many = Array.from({ length: 2_100 }, (_, index) => compile(String(index)));
    const found = batch(many).evaluate({});
    expect(found.map((outcome) => outcome.ok && outcome.value)).toEqual([...many.keys()]);
  });
});

describe("withContext", () => {
  test("answers as a context that is sent", () => {
    const expressions = SOURCES.map(plain);
    const shared = withContext(context, (it) =>
      expressions.map((expression): Outcome => {
        try {
          return { ok: true, ...it.evaluateWithCost(expression, options) };
        } catch (error) {
          return { ok: false, error: error as ExpressionError };
        }
      }),
    );
    expect(shared).toEqual(expressions.map(alone));
  });

  test("keeps contexts apart that are nested", () => {
    const a = compile("a");
    const found = withContext({ a: 1 }, (outer) => [
      outer.evaluate(a),
      withContext({ a: 2 }, (inner) => [inner.evaluate(a), outer.evaluate(a), inner.evaluate(a)]),
      outer.evaluate(a),
    ]);
    expect(found).toEqual([1, [2, 1, 2], 1]);
  });

  test("survives a fresh instance and an evicted program", () => {
    const [a, large] = [plain("a"), plain("$count([1..1000000].{'x': $})")];
    const found = withContext({ a: 1 }, (shared) => {
      const first = shared.evaluate(a);
      const { instances } = metrics();
      expect(() => large.evaluate({}, { limits: { steps: 1e9, bytes: 1e9 } })).not.toThrow();
      for (let count = 0; count < 1_100; count++) {
        compile(`${count}`);
      }
      const second = shared.evaluate(a);
      expect(metrics().instances).toBeGreaterThan(instances);
      return [first, second];
    });
    expect(found).toEqual([1, 1]);
  });

  test("gives its memory back", () => {
    const text = "x".repeat(12 << 20);
    const length = plain("$length(text)");
    expect(withContext({ text }, (shared) => shared.evaluate(length))).toBe(12 << 20);
    expect(compile("1").evaluate({})).toBe(1);
    expect(metrics().memoryBytes).toBeLessThan(4 << 20);
  });

  test("ends with the function, also when it throws", () => {
    const a = compile("a");
    const kept: SharedContext[] = [];
    const keep = (shared: SharedContext): never => {
      kept.push(shared);
      throw new Error("of the caller");
    };
    expect(() => withContext({ a: 1 }, keep)).toThrow("of the caller");
    expect(() => kept[0]?.evaluate(a)).toThrow("after `withContext` has ended");
  });

  test("carries undefined and refuses what JSON cannot", () => {
    const all = plain("$");
    expect(withContext(undefined, (shared) => shared.evaluate(all))).toBeUndefined();
    expect(() => withContext({ a: Number.NaN }, () => 1)).toThrow("`context.a` is NaN");
  });
});
