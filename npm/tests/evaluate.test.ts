import {
  compile,
  describe as describeModule,
  digest,
  ExpressionError,
  metrics,
  validate,
} from "workflow-expr";
import { describe, expect, test } from "vitest";

/** The error that `run` throws. */
function thrown(run: () => unknown): ExpressionError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ExpressionError);
    return error as ExpressionError;
  }
  throw new Error("nothing was thrown");
}

describe("evaluate", () => {
  test("reads the context", () => {
    const expression = compile("payload.ticket.id");
    expect(expression.evaluate({ payload: { ticket: { id: "T-7" } } })).toBe("T-7");
    expect(expression.evaluate({ payload: { ticket: { id: [1, { a: null }] } } })).toEqual([
      1,
      { a: null },
    ]);
  });

  test("nothing is undefined in plain JSONata and an error in a workflow", () => {
    expect(compile("a.b", { profile: "jsonata" }).evaluate({})).toBeUndefined();
    expect(thrown(() => compile("a.b").evaluate({})).class).toBe("not-serializable");
  });

  test("no context is undefined, not null", () => {
    expect(compile("$", { profile: "jsonata" }).evaluate()).toBeUndefined();
    expect(compile("$", { profile: "jsonata" }).evaluate(null)).toBeNull();
  });

  test("takes the clock as text, Date or milliseconds", () => {
    const expression = compile("nowIso()");
    const text = "2026-03-04T05:06:07.089Z";
    for (const now of [text, new Date(text), Date.parse(text)]) {
      expect(expression.evaluate({}, { now })).toBe(text);
    }
  });

  test.each(["yesterday", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00+01:00", Number.NaN, 0.5, 1e300])(
    "refuses the clock %s",
    (now) => {
      const error = thrown(() => compile("1").evaluate({}, { now }));
      expect(error.class).toBe("wire");
      expect(error.message).toContain("`now` is not a moment in UTC");
    },
  );

  test("binds variables in plain JSONata", () => {
    const expression = compile("$rate * 2", { profile: "jsonata" });
    expect(expression.evaluate(undefined, { bindings: { rate: 21 } })).toBe(42);
  });

  test.each([
    ["[1..1000].($ * 2)", { steps: 100 }, "R0001"],
    ["[1..1000]", { bytes: 100 }, "R0002"],
    ["($f := function($n){1 + $f($n)}; $f(1))", { depth: 100 }, "R0003"],
  ])("every limit can be set: %s", (source, limits, code) => {
    const expression = compile(source, { profile: "jsonata" });
    expect(thrown(() => expression.evaluate({}, { limits })).code).toBe(code);
  });

  test("stops at a limit, with a class and the cost", () => {
    const run = (): unknown => compile("1 + 1").evaluate({}, { limits: { steps: 0 } });
    expect(thrown(run).class).toBe("budget");
    expect(thrown(run).cost).toMatchObject({ steps: expect.any(Number) });
  });
});

describe("cost and text", () => {
  test("every evaluation says what it cost", () => {
    const first = compile("1 + 2").evaluateWithCost({});
    const again = compile("1 + 2").evaluateWithCost({});
    expect(first).toEqual(again);
    expect(first.value).toBe(3);
    expect(first.steps).toBeGreaterThan(0);
  });

  test("JSON text in, the engine's own text out", () => {
    const expression = compile("$", { profile: "jsonata" });
    const text = '{"b":1e21,"1":["\\ud800"]}';
    expect(expression.evaluateJson(text).json).toBe('{"1":["\\ud800"],"b":1e+21}');
    expect(compile("a", { profile: "jsonata" }).evaluateJson("{}").json).toBeUndefined();
  });

  test("text cannot add members to the request", () => {
    const run = (): unknown => compile("nowIso()").evaluateJson('{}, "now": 0');
    expect(thrown(run)).toMatchObject({ class: "wire" });
  });
});

describe("errors", () => {
  test("a syntax error has code, position, line and column", () => {
    const error = thrown(() => compile("1 +\n  )"));
    expect(error.class).toBe("syntax");
    expect(error.code).toBe("S0211");
    expect(error.token).toBe(")");
    expect(error.line).toBe(2);
    expect(error.column).toBe(3);
    expect(error.name).toBe("ExpressionError");
    expect(String(error)).toContain(error.message);
  });

  test("an unknown profile and an unknown limit are refused", () => {
    expect(thrown(() => compile("1", { profile: "xpath" as "workflow" })).class).toBe("wire");
    const limits = { stepz: 1 } as object;
    expect(thrown(() => compile("1").evaluate({}, { limits })).message).toContain("stepz");
  });
});

describe("validate", () => {
  test("accepts, with the names that are called", () => {
    expect(validate("len(payload.a) == 1")).toEqual({
      valid: true,
      normalized: "$len(payload.a) = 1",
      functions: ["len"],
    });
  });

  test("refuses, with the error as a value", () => {
    const validation = validate("lenn(1)");
    expect(validation.valid).toBe(false);
    if (!validation.valid) {
      expect(validation.error.message).toBe("Expression uses disallowed function: lenn");
      expect(validation.error.suggestion).toBe("len");
      expect(validation.functions).toEqual(["lenn"]);
    }
  });
});

describe("the module", () => {
  test("says what it is", () => {
    expect(describeModule()).toMatchObject({ contract: "workflow/1", wire: 1 });
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test("an expression outlives its program in the module", () => {
    const first = compile("a + 0", { profile: "jsonata" });
    for (let n = 1; n <= 1_100; n++) {
      compile(`a + ${n}`, { profile: "jsonata" });
    }
    expect(first.evaluate({ a: 7 })).toBe(7);
  });
});

describe("memory", () => {
  test("an instance that one evaluation has grown is not kept", () => {
    const large = compile("$count([1..400000])", { profile: "jsonata" });
    const small = compile("1 + 1", { profile: "jsonata" });
    const { instances } = metrics();
    expect(large.evaluate()).toBe(400000);
    expect(metrics().memoryBytes).toBeGreaterThan(8 << 20);
    expect(small.evaluate()).toBe(2);
    expect(metrics().instances).toBe(instances + 1);
    expect(metrics().memoryBytes).toBeLessThanOrEqual(1 << 20);
    expect(large.evaluate()).toBe(400000);
    expect(small.evaluate()).toBe(2);
  });

  test("an instance that a refused source has grown is not kept", () => {
    const small = compile("1 + 1", { profile: "jsonata" });
    expect(() => compile(`"${"x".repeat(10_000_000)}"`)).toThrow();
    expect(metrics().memoryBytes).toBeGreaterThan(8 << 20);
    expect(small.evaluate()).toBe(2);
    expect(metrics().memoryBytes).toBeLessThanOrEqual(1 << 20);
  });
});
