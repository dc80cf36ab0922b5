// The package in the contexts of a Temporal worker, beyond what the parity runner asks.
import { Script, runInContext } from "node:vm";
import { beforeAll, describe, expect, test } from "vitest";
// @ts-expect-error: plain JavaScript, which the parity runner shares
import { bundle } from "../../tests/node/sandbox/bundle.mjs";
// @ts-expect-error: plain JavaScript, which the parity runner shares
import { OwnContext, SharedContext } from "../../tests/node/sandbox/contexts.mjs";

interface Workflow {
  answer(line: string, faces?: readonly string[]): string;
}
interface Sandbox {
  readonly context: object;
  start(): Workflow;
}

const contexts = new Map<string, Sandbox>();
const kinds = ["own", "shared"];
const request = (source: string, context = "{}"): string =>
  JSON.stringify({ call: "evaluate", profile: "jsonata", source, context });
const sandbox = (kind: string): Sandbox => contexts.get(kind) as Sandbox;

beforeAll(async () => {
  const script = new Script(await bundle());
  contexts.set("own", new OwnContext(script)).set("shared", new SharedContext(script));
});

describe.each(kinds)("a context that workflows have for their %s", (kind) => {
  test("lacks what a worker takes away", () => {
    const { answer } = sandbox(kind).start();
    expect(JSON.parse(answer(request("1 + 1"))).json).toBe("2");
    const has = (name: string): string => runInContext(`typeof ${name}`, sandbox(kind).context);
    for (const name of ["Buffer", "atob", "fetch", "performance", "process", "require"]) {
      expect(has(name)).toBe("undefined");
    }
    for (const name of ["WeakRef", "FinalizationRegistry"]) {
      expect(() => runInContext(`new ${name}({})`, sandbox(kind).context)).toThrow(name);
    }
    expect(runInContext("Date.now() === Date.now()", sandbox(kind).context)).toBe(true);
  });

  test("survives an evaluation that the worker's time limit kills", () => {
    const workflow = sandbox(kind).start();
    Object.assign(sandbox(kind).context, { workflow, long: request("$count([1..1e6].($ * 2))") });
    expect(() =>
      runInContext("workflow.answer(long)", sandbox(kind).context, { timeout: 20 }),
    ).toThrow(/timed out/);
    expect(JSON.parse(workflow.answer(request("1 + 1"))).json).toBe("2");
  });
});

test("workflows that share an engine get what they would get alone", () => {
  const one = sandbox("shared").start();
  one.answer(request("$x := 1; $x"));
  const other = sandbox("shared").start();
  const alone = sandbox("own").start();
  const source = request("[$x, a, $count([1..5])]", '{"a":2}');
  expect(other.answer(source)).toBe(alone.answer(source));
});
