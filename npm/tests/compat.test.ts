// What existing callers rely on, caller by caller.
import {
  compileExpression,
  evaluateExpressionSource,
  expandDottedKeys,
  ExpressionError,
  listWorkflowExpressionFunctions,
  type MappingFailure,
  resolveExpressions,
  resolveInputMapping,
  resolveMappingValue,
  type SecretResolver,
  validateExpressionSource,
  WORKFLOW_RUNTIME_ALLOWED_FUNCTIONS,
} from "workflow-expr/compat";
import { afterEach, describe, expect, test, vi } from "vitest";

const expressionContext = { payload: { a: 1, s: "x", list: [1, 2, 3] } };
const evaluate = (source: string, context: unknown = expressionContext): Promise<unknown> =>
  evaluateExpressionSource(source, context);

/** What `run` throws or rejects with. */
async function thrown(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("compile and evaluate", () => {
  test("the source is kept as authored and the value comes as a promise", async () => {
    const compiled = compileExpression({ $expr: "len(payload.list) == 3" });
    expect(compiled.source).toBe("len(payload.list) == 3");
    const promise = compiled.evaluate(expressionContext);
    expect(promise).toBeInstanceOf(Promise);
    expect(await promise).toBe(true);
  });

  test("a compile error is thrown at once, an evaluation error rejects", async () => {
    expect(() => compileExpression({ $expr: "1 +" })).toThrow(ExpressionError);
    await expect(compileExpression({ $expr: '1 + "a"' }).evaluate({})).rejects.toThrow(
      ExpressionError,
    );
  });

  test("a source that is no text is refused", () => {
    expect(() => compileExpression({ $expr: 5 as unknown as string })).toThrow(ExpressionError);
    expect(() => compileExpression(undefined as never)).toThrow(TypeError);
  });

  test("the clock is read once for each call", async () => {
    vi.spyOn(Date, "now").mockReturnValue(Date.UTC(2026, 2, 4));
    const compiled = compileExpression({ $expr: "[nowIso(), nowIso()]" });
    const text = "2026-03-04T00:00:00.000Z";
    expect(await compiled.evaluate({})).toEqual([text, text]);
    expect(Date.now).toHaveBeenCalledTimes(1);
  });

  test("a time limit that the caller sets is an outer bound, and there is no other", async () => {
    const compiled = compileExpression({ $expr: "payload.a" });
    vi.spyOn(Date, "now").mockReturnValueOnce(1000).mockReturnValueOnce(1026);
    await expect(compiled.evaluate(expressionContext, 25)).rejects.toThrow(
      "Expression evaluation exceeded 25ms",
    );
    vi.spyOn(Date, "now").mockReturnValueOnce(1000).mockReturnValueOnce(9000);
    expect(await compiled.evaluate(expressionContext)).toBe(1);
  });
});

describe("inbound mapping", () => {
  test.each(["payload.missing", "append(payload.list, payload.missing)", "$len"])(
    "%s counts as missing by the exact text",
    async (source) => {
      const error = await thrown(() => evaluate(source));
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).message).toBe("Expression result is not JSON-serializable");
    },
  );

  test("every other failure has a message, a code, and a token and a position where it has a place", async () => {
    const error = (await thrown(() => evaluate('payload.s + "b"'))) as ExpressionError;
    expect(error).toBeInstanceOf(Error);
    expect(error.message).not.toBe("");
    expect(error).toMatchObject({ code: "T2001", token: "+", position: 11 });
  });

  test("a body that is an array or a scalar is a context", async () => {
    expect(await evaluate("len($)", [1, 2])).toBe(2);
    expect(await evaluate("value", { value: 7 })).toBe(7);
  });
});

describe("idempotency keys", () => {
  test("null comes back as null, and the rest turns into text", async () => {
    expect(await evaluate("null")).toBeNull();
    expect(String(await evaluate('"  k " & payload.a')).trim()).toBe("k 1");
  });
});

describe("publish validation", () => {
  test("the name of a disallowed function can be read from the message", async () => {
    const error = (await thrown(() => validateExpressionSource("lenn(1)"))) as ExpressionError;
    expect(/disallowed function: (\S+)/.exec(error.message)?.[1]).toBe("lenn");
    expect(error.suggestion).toBe("len");
  });

  test("a source that is no text is the fault of its author", () => {
    for (const source of [undefined, null, 5, {}] as unknown as string[]) {
      for (const run of [() => compileExpression({ $expr: source }), () => validateExpressionSource(source)]) {
        expect(run).toThrow(expect.objectContaining({ class: "syntax", code: "S9001" }) as Error);
      }
    }
  });

  test("a secret that cannot cross fails in its turn", async () => {
    const redactionPaths: string[] = [];
    const values: Record<string, unknown> = { good: "g", bad: 10n };
    const secretResolver = { resolve: (name: string) => Promise.resolve(values[name] as string) };
    const options = { expressionContext: {}, secretResolver, redactionPaths };
    const first = { a: { $secret: "good" }, b: { $expr: '1 + "a"' }, c: { $secret: "bad" } };
    await expect(resolveInputMapping(first, options)).rejects.toMatchObject({
      category: "ExpressionError",
      path: "/b",
    });
    expect(redactionPaths).toEqual(["/a"]);
    await expect(resolveInputMapping({ c: { $secret: "bad" } }, options)).rejects.toMatchObject({
      category: "ActionError",
      path: "/c",
    });
    const odd = { resolve: () => Promise.reject(Object.create(null) as Error) };
    await expect(
      resolveInputMapping({ c: { $secret: "x" } }, { ...options, secretResolver: odd }),
    ).rejects.toMatchObject({ category: "ActionError" });
  });

  test("a syntax error is an Error that says what and where", async () => {
    const error = (await thrown(() => validateExpressionSource("1 +\n )"))) as ExpressionError;
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ code: "S0211", line: 2, column: 2 });
  });

  test("a valid source gives nothing, a blank one is refused", () => {
    expect(validateExpressionSource("payload.a == 1")).toBeUndefined();
    expect(() => validateExpressionSource(" ")).toThrow(ExpressionError);
  });

  test.each([
    ["function($x){1}(1)", "lambda"],
    ["$(1)", "dynamic or computed function call"],
    ["$sum([1])", "disallowed function: sum"],
    ["payload.a ?? 1", "disallowed function: exists"],
  ])("%s is refused with %s", (source, text) => {
    expect(() => validateExpressionSource(source)).toThrow(text);
  });
});

describe("the interpreter", () => {
  test("conditions and lists have the types it asks for", async () => {
    expect(await evaluate("payload.a = 1")).toBe(true);
    expect(await evaluate("payload.list[$ > 2]")).toBe(3);
    expect(await evaluate("payload.list[$ > 2][]")).toEqual([3]);
    await expect(evaluate('{"a": payload.missing, "b": [payload.missing]}')).resolves.toEqual({
      b: [],
    });
  });

  test("an error turns into text that says what happened", async () => {
    const error = await thrown(() => evaluate('payload.s + "b"'));
    expect(String(error)).toContain("left side");
    expect(String(error)).not.toContain("[object Object]");
  });

  test("a result that is too large is refused", async () => {
    const context = { payload: { big: "x".repeat(256 * 1024 + 32) } };
    await expect(evaluate("payload.big", context)).rejects.toThrow("max output size");
  });
});

const secrets: SecretResolver = {
  resolve: (name) =>
    name === "NOPE" ? Promise.reject(new Error("no such secret NOPE")) : Promise.resolve(`<${name}>`),
};

describe("the mapping resolver", () => {
  test("resolves expressions, secrets and literals in place", async () => {
    const redactionPaths: string[] = [];
    const mapping = {
      a: { $expr: "payload.a" },
      "k/~": [{ $secret: "KEY" }, { $secret: "KEY", y: 1 }],
      plain: { deep: [null, true, { $expr: 5 }] },
    };
    const options = { expressionContext, secretResolver: secrets, redactionPaths };
    expect(await resolveInputMapping(mapping, options)).toEqual({
      a: 1,
      "k/~": ["<KEY>", { $secret: "KEY", y: 1 }],
      plain: { deep: [null, true, { $expr: 5 }] },
    });
    expect(redactionPaths).toEqual(["/k~1~0/0"]);
  });

  test("nothing to resolve is null", async () => {
    expect(await resolveInputMapping(undefined, { expressionContext })).toBeNull();
    expect(await resolveInputMapping(null, { expressionContext })).toBeNull();
  });

  test("an evaluation that fails throws a plain object with the real text", async () => {
    const mapping = { ok: 1, bad: { $expr: 'payload.s + "b"' } };
    const failure = await thrown(() => resolveInputMapping(mapping, { expressionContext }));
    expect(failure).not.toBeInstanceOf(Error);
    const { category, path, message, error } = failure as MappingFailure;
    expect({ category, path }).toEqual({ category: "ExpressionError", path: "/bad" });
    expect(message).toMatch(/^T2001 at 1:1: /);
    expect(error).toBeInstanceOf(ExpressionError);
    expect(Object.keys(failure as object)).toEqual(["category", "message", "path"]);
  });

  test("a contract's message stands alone", async () => {
    const mapping = { bad: { $expr: "payload.missing" } };
    expect(await thrown(() => resolveInputMapping(mapping, { expressionContext }))).toEqual({
      category: "ExpressionError",
      message: "Expression result is not JSON-serializable",
      path: "/bad",
    });
  });

  test("a compile failure comes as the error itself", async () => {
    const mapping = { bad: { $expr: "$sum(1)" } };
    const error = await thrown(() => resolveInputMapping(mapping, { expressionContext }));
    expect(error).toBeInstanceOf(ExpressionError);
    expect((error as Error).message).toBe("Expression uses disallowed function: sum");
  });

  test("a secret that cannot be resolved says why", async () => {
    const mapping = { key: { $secret: "NOPE" } };
    const options = { expressionContext, secretResolver: secrets };
    expect(await thrown(() => resolveInputMapping(mapping, options))).toEqual({
      category: "ActionError",
      message: 'Failed to resolve secret "NOPE": no such secret NOPE',
      path: "/key",
    });
    expect(await thrown(() => resolveInputMapping(mapping, { expressionContext }))).toMatchObject({
      message:
        'Failed to resolve secret "NOPE": Secret resolution not available in this context: NOPE',
    });
  });

  test("each secret is looked up once, with the run's id, also if its name is odd", async () => {
    const resolve = vi.fn((name: string) => Promise.resolve(name));
    const options = { expressionContext, secretResolver: { resolve }, workflowRunId: "run-1" };
    const value = [{ $secret: "__proto__" }, { $secret: "K" }, { $secret: "K" }];
    expect(await resolveMappingValue(value, options)).toEqual(["__proto__", "K", "K"]);
    expect(resolve.mock.calls).toEqual([
      ["__proto__", "run-1"],
      ["K", "run-1"],
    ]);
  });

  test("secrets that were resolved before a failure are redacted in its log", async () => {
    const failing: [unknown, string[]][] = [
      [{ $expr: 'payload.s + "b"' }, ["/key"]],
      [{ $expr: "$sum(1)" }, ["/key"]],
      [{ $secret: "NOPE" }, ["/key"]],
    ];
    for (const [bad, expected] of failing) {
      const redactionPaths: string[] = [];
      const options = { expressionContext, secretResolver: secrets, redactionPaths };
      const mapping = { key: { $secret: "KEY" }, bad, later: { $secret: "KEY" } };
      await thrown(() => resolveInputMapping(mapping, options));
      expect(redactionPaths).toEqual(expected);
      await thrown(() => resolveMappingValue([mapping], options, "/base"));
      expect(redactionPaths).toEqual([...expected, "/base/0/key"]);
    }
  });

  test("nothing stays nothing, and null stays null", async () => {
    expect(await resolveMappingValue(undefined, { expressionContext })).toBeUndefined();
    expect(await resolveMappingValue(null, { expressionContext })).toBeNull();
  });

  test("a value has a path only if it is given one", async () => {
    const bad = { $expr: "payload.missing" };
    const options = { expressionContext };
    expect(await thrown(() => resolveMappingValue(bad, options))).toHaveProperty("path", undefined);
    expect(await thrown(() => resolveMappingValue(bad, options, "/base"))).toHaveProperty(
      "path",
      "/base",
    );
  });
});

describe("the expression resolver", () => {
  test("replaces expressions and leaves secrets", async () => {
    const value = { a: [{ $expr: "payload.a + 1" }], k: { $secret: "KEY" } };
    expect(await resolveExpressions(value, expressionContext)).toEqual({
      a: [2],
      k: { $secret: "KEY" },
    });
  });

  test("nothing stays nothing, and null stays null", async () => {
    expect(await resolveExpressions(undefined, expressionContext)).toBeUndefined();
    expect(await resolveExpressions(null, expressionContext)).toBeNull();
  });

  test("its failures have no path", async () => {
    const failure = await thrown(() => resolveExpressions({ $expr: "payload.missing" }, {}));
    expect(Object.keys(failure as object)).toEqual(["category", "message"]);
  });
});

describe("dotted keys", () => {
  test("are expanded without touching the argument or a prototype", () => {
    const value = { "a.b": 1, a: { c: 2 }, "a.d": 3, "__proto__.x": 4 };
    const before = structuredClone(value);
    expect(expandDottedKeys(value)).toHaveProperty(["a", "d"], 3);
    expect(value).toEqual(before);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
});

describe("authoring", () => {
  test("the functions that may be called are those of the module, with true examples", async () => {
    const listed = listWorkflowExpressionFunctions();
    expect(listed.map(({ name }) => name)).toEqual([...WORKFLOW_RUNTIME_ALLOWED_FUNCTIONS]);
    for (const { example, result } of listed) {
      expect(await evaluate(example)).toEqual(JSON.parse(result));
    }
  });
});
