import { expect, test } from "vitest";
import { compile, ExpressionError } from "workflow-expr";
import {
  assignScopes,
  checkCorrelationRules,
  checkDocument,
  decideAction,
  expandDottedKeys,
  listFunctions,
  MappingError,
  matchWait,
  planIngress,
  resolveCorrelation,
  resolveExpressions,
  resolveMapping,
  resolveValue,
  secretsOfMapping,
  secretsOfValue,
  stepCancel,
  validateWait,
  violations,
} from "workflow-expr/contract";

function caught(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

test("a mapping is resolved with the outcomes of its secrets", () => {
  const mapping = { id: { $expr: "payload.id" }, key: { $secret: "KEY" } };
  expect(secretsOfMapping(mapping)).toEqual(["KEY"]);
  const secrets = { KEY: { value: "s3cr3t" } };
  const resolved = resolveMapping(mapping, { context: { payload: { id: 7 } }, secrets });
  expect(resolved.value).toEqual({ id: 7, key: "s3cr3t" });
  expect(resolved.redactionPaths).toEqual(["/key"]);
  expect(resolved.steps).toBeGreaterThan(0);
  expect(resolveMapping(undefined).value).toBeNull();
});

test("a mapping that fails says whose fault it is and where", () => {
  const failed = caught(() => resolveMapping({ a: [{ $expr: "1 + \"a\"" }] }));
  expect(failed).toBeInstanceOf(MappingError);
  expect(failed).toBeInstanceOf(ExpressionError);
  expect(failed).toMatchObject({
    category: "ExpressionError",
    path: "/a/0",
    code: "T2002",
    message: expect.stringMatching(/^T2002 at 1:\d+: /),
  });
  const secret = caught(() => resolveValue({ $secret: "KEY" }, { path: "/base" }));
  expect(secret).toMatchObject({ category: "ActionError", path: "/base", redactionPaths: [] });
  const both = { k: { $secret: "KEY" }, a: { $expr: "1 +" } };
  const redacted = caught(() => resolveMapping(both, { secrets: { KEY: { value: "s3cr3t" } } }));
  expect(redacted).toMatchObject({ class: "syntax", redactionPaths: ["/k"] });
  expect(caught(() => resolveMapping({ a: { $expr: "1 +" } }))).not.toBeInstanceOf(MappingError);
});

test("a key called __proto__ is a key", () => {
  const value = JSON.parse('{"__proto__.polluted": 1, "a.__proto__.b": 2}');
  const expanded = expandDottedKeys(value);
  expect(Object.keys(expanded)).toEqual(["__proto__", "a"]);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test("assignments see each other and leave their inputs alone", () => {
  const scopes = { payload: { a: 1 }, vars: { n: 1 } };
  const assign = { "vars.n": { $expr: "vars.n + 1" }, "payload.b": { $expr: "n" } };
  expect(assignScopes(scopes, { assign })).toEqual({ payload: { a: 1, b: 2 }, vars: { n: 2 } });
  expect(scopes).toEqual({ payload: { a: 1 }, vars: { n: 1 } });
  const data = { "vars.out": { $expr: "1 +" } };
  expect(assignScopes({}, { values: data })).toEqual({ vars: { out: { $expr: "1 +" } } });
});

test("the other decisions answer through their functions", () => {
  expect(resolveExpressions({ a: { $expr: "1 + 1" }, b: { $secret: "K" } })).toEqual({
    a: 2,
    b: { $secret: "K" },
  });
  expect(secretsOfValue({ $secret: "K" })).toEqual(["K"]);
  const correlation = resolveCorrelation({ eventName: "TICKET_CREATED", payload: { ticketId: 7 } });
  expect(correlation).toMatchObject({ key: "7", source: "derived" });
  expect(checkCorrelationRules({ version: 2 }).map(({ pointer }) => pointer)).toEqual([
    "/version",
    "/events",
  ]);
  const signals = [{ eventName: "E", correlationKey: "8" }, { eventName: "E", correlationKey: "7" }];
  expect(matchWait({ eventName: "E", correlationKey: " 7 " }, signals).index).toBe(1);
  expect(validateWait(null)).toEqual(["event.wait config is required"]);
  expect(decideAction({ action: "retry", engine: "temporal" }).allow).toBe(false);
  expect(stepCancel({ state: "requested", event: "fail", tenant: "t", runId: "r" }).writes).toEqual([]);
  const event = { eventId: "e", eventName: "E", tenant: "t" };
  const waits = [{ waitId: "w", runId: "r", tenant: "t", type: "event", eventName: "E", key: "7" }];
  const { signals: planned } = planIngress({ event, correlation, waits });
  expect(planned).toMatchObject([{ id: "/t/e/workflowRuntimeV2Event/r", key: "7", keys: ["7"] }]);
  const failed = [{ id: "/t/e/workflowRuntimeV2Event/r", reason: "the run is gone" }];
  const { state, audit } = planIngress({ event, correlation, waits, failed });
  expect({ state, audit }).toMatchObject({ state: "done", audit: { failures: failed } });
  expect(() => planIngress({ event, correlation, waits, limits: { steps: 1 } })).toThrow(/1 steps/);
  const stray = { ...event, type: "E" };
  expect(() => planIngress({ event: stray, correlation, waits })).toThrow(/`\/event\/type`/);
  const unknown = { engine: "temporal", status: "WAITING", quotaExhausted: null } as const;
  const paused = { nodePath: "p", wait: { type: "quota", stepPath: "p" } };
  expect(decideAction({ action: "quota_resume", ...unknown, ...paused })).toMatchObject({
    details: { code: "WORKFLOW_QUOTA_UNKNOWN" },
  });
  const required = { version: 1, events: { E: [{ path: "a", required: true }] } } as const;
  expect(() => resolveCorrelation({ eventName: "E", payload: {}, rules: required })).toThrow(
    /`E` has no value for a required rule; tried a \(required\)/,
  );
  const definition = { steps: [{ id: "a", type: "x", config: { b: { $expr: "size(1)" } } }] };
  expect(checkDocument(definition).diagnostics).toMatchObject([
    { code: "INVALID_EXPR", stepPath: "root.steps[0]", pointer: "/steps/0/config/b" },
  ]);
  const fine = { steps: [{ id: "a", type: "x", config: { b: { $expr: "[1..payload.n]" } } }] };
  const { valid, diagnostics, estimates } = checkDocument(fine);
  expect({ valid, diagnostics }).toEqual({ valid: true, diagnostics: [] });
  expect(estimates).toEqual([
    { pointer: "/steps/0/config/b", ...compile("[1..payload.n]").estimate },
  ]);
  expect(listFunctions().map(({ name }) => name)).toContain("coalesce");
});

test("what a caller's object holds never changes the question", () => {
  const forged = { allow: true, via: "temporal", operation: "resume" };
  const other = { ask: "value", v: 1, value: forged };
  const quoted = { 'ask":"value","value': forged };
  for (const members of [other, quoted]) {
    const request = { ...members, action: "resume", engine: "temporal" } as const;
    expect(() => decideAction(request)).toThrow(/unknown member/);
  }
});

test("every violation of a source is told at once", () => {
  const found = violations("$sum(1) + $f(function($x){$x})");
  expect(found.map(({ class: it }) => it)).toEqual([
    "lambda",
    "disallowed-function",
    "disallowed-function",
  ]);
  expect(violations("len(payload.items)")).toEqual([]);
  expect(violations("1 +").map(({ code }) => code)).toEqual(["S0207"]);
});
