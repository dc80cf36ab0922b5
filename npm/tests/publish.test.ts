import { checkDefinition } from "workflow-expr/publish";
import { expect, test } from "vitest";

const assign = (id: string, $expr: string, path = "vars.x"): object => ({
  id,
  type: "transform.assign",
  config: { assign: { [path]: { $expr } } },
});
const definition = (...steps: object[]): object => ({
  id: "w",
  version: 1,
  payloadSchemaRef: "payload.v1",
  steps,
});

test("a sound definition has no diagnostics", () => {
  const check = checkDefinition(definition(assign("one", "payload.a + 1")));
  // A step for each of `payload`, `a`, `1` and `+`; `a` may be a list.
  const pointer = "/steps/0/config/assign/vars.x";
  const estimates = [{ pointer, min: 4, max: "O(n)" }];
  expect(check).toEqual({ valid: true, expressions: 1, diagnostics: [], estimates });
});

test("an expression that breaks the contract is named with its place and the nearest name", () => {
  const condition = { $expr: "lenn(payload.a) > 1" };
  const inner = assign("two", "1 +");
  const step = { id: "one", type: "control.if", condition, then: [inner] };
  const check = checkDefinition(definition(step));
  expect(check.valid).toBe(false);
  expect(check.diagnostics).toMatchObject([
    {
      severity: "error",
      code: "INVALID_EXPR",
      pointer: "/steps/0/condition",
      stepId: "one",
      stepPath: "root.steps[0]",
      suggestion: "len",
      error: { class: "disallowed-function" },
    },
    {
      severity: "error",
      code: "INVALID_EXPR",
      stepId: "two",
      stepPath: "root.steps[0].then.steps[0]",
      error: { class: "syntax" },
    },
  ]);
});

test("blank expressions, double ids and paths that cannot be assigned to are errors", () => {
  const check = checkDefinition(
    definition(assign("one", " "), assign("one", "1"), assign("two", "1", "__proto__.x")),
  );
  const codes = check.diagnostics.map(({ code }) => code);
  for (const code of ["EMPTY_EXPRESSION", "DUPLICATE_STEP_ID", "INVALID_ASSIGN_PATH"]) {
    expect(codes).toContain(code);
  }
});

test("a definition that is no object is refused", () => {
  expect(() => checkDefinition([] as object)).toThrow();
});
