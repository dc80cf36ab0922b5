// What a caller meets when the module stops in the middle of a call.
import { batch, compile, ExpressionError, metrics, withContext } from "workflow-expr";
import { afterAll, expect, test } from "vitest";

/** What is used of `WebAssembly`, of which the types of Node know nothing. */
interface Started {
  readonly exports: { readonly memory: { readonly buffer: ArrayBuffer } };
}
interface Assembly {
  Instance: new (...parameters: unknown[]) => Started;
}

/** The instances that the package starts: a test has no other way to their memory. */
const started: Started[] = [];
const assembly = (globalThis as unknown as { WebAssembly: Assembly }).WebAssembly;
const { Instance } = assembly;
assembly.Instance = new Proxy(Instance, {
  construct(target, parameters) {
    const instance: Started = Reflect.construct(target, parameters);
    started.push(instance);
    return instance;
  },
});
afterAll(() => {
  assembly.Instance = Instance;
});

/** Overwrites everything that the running instance knows: its next call traps. */
function breakInstance(): void {
  const buffer = started.at(-1)?.exports.memory.buffer ?? new ArrayBuffer(0);
  new Uint8Array(buffer).fill(0xff);
}

function failureOf(call: () => unknown): ExpressionError {
  try {
    call();
  } catch (error) {
    return error as ExpressionError;
  }
  throw new Error("nothing was thrown");
}

const sum = compile("a + 1", { profile: "jsonata" });

test("an instance starts small", () => {
  expect(sum.evaluate({ a: 1 })).toBe(2);
  expect(metrics()).toMatchObject({ instances: 1 });
  expect(metrics().memoryBytes).toBeLessThanOrEqual(1 << 20);
});

test.each([
  ["evaluate", () => sum.evaluate({ a: 1 })],
  ["compile", () => compile("a + 2")],
  ["a batch", () => batch([sum, sum]).evaluate({ a: 1 })],
])("a trap in %s is an error of class host, and the next call starts anew", (_, call) => {
  const { instances } = metrics();
  breakInstance();
  const failure = failureOf(call);
  expect(failure).toBeInstanceOf(ExpressionError);
  expect(failure).toMatchObject({ class: "host", code: "X0201" });
  // The handle was another instance's: the expression compiles itself again.
  expect(sum.evaluate({ a: 41 })).toBe(42);
  expect(metrics().instances).toBe(instances + 1);
});

test("a shared context survives a trap", () => {
  withContext({ a: 1 }, (shared) => {
    expect(shared.evaluate(sum)).toBe(2);
    breakInstance();
    expect(failureOf(() => shared.evaluate(sum))).toMatchObject({ class: "host" });
    expect(shared.evaluate(sum)).toBe(2);
  });
});
