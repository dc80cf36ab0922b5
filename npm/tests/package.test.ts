import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import * as esm from "workflow-expr";
import { expect, test } from "vitest";

const require = createRequire(import.meta.url);
const dist = join(import.meta.dirname, "../dist");
const manifest = require("../package.json");

test("both formats load the same module", () => {
  const cjs = require("workflow-expr") as typeof esm;
  expect(cjs.digest).toBe(esm.digest);
  expect(cjs.compile("1 + 1").evaluate({})).toBe(2);
  expect(Object.keys(cjs).sort()).toEqual(Object.keys(esm).sort());
});

test("the artifact is in the package once, and is what the digest says", () => {
  const { ARTIFACT_BASE64: text } = require("../dist/artifact.cjs");
  const files = readdirSync(dist).filter((name) =>
    readFileSync(join(dist, name), "utf8").includes(text.slice(0, 200)),
  );
  expect(files).toEqual(["artifact.cjs"]);
  const digest = createHash("sha256").update(Buffer.from(text, "base64")).digest("hex");
  expect(digest).toBe(esm.digest);
});

test("the module imports nothing", () => {
  const { ARTIFACT_BASE64: text } = require("../dist/artifact.cjs");
  const context = createContext({ bytes: Buffer.from(text, "base64") });
  const imports = "WebAssembly.Module.imports(new WebAssembly.Module(bytes)).length";
  expect(runInContext(imports, context)).toBe(0);
});

test("there are no runtime dependencies, and preloading is marked as a side effect", () => {
  expect(manifest.dependencies).toBeUndefined();
  expect(manifest.sideEffects).toEqual(["./dist/preload.js", "./dist/preload.cjs"]);
  for (const entry of [".", "./preload", "./contract", "./compat", "./publish", "./temporal"]) {
    expect(Object.keys(manifest.exports[entry])[0]).toBe("module");
  }
});

test("preloading shares its instance with the main entry", () => {
  expect(() => require("workflow-expr/preload")).not.toThrow();
});

test("it runs where there is nothing but WebAssembly and the two text coders", () => {
  const context = createContext({ TextEncoder, TextDecoder });
  runInContext(
    `for (const name of ["FinalizationRegistry", "WeakRef"])
       globalThis[name] = class { constructor() { throw new Error(name + " is forbidden") } };`,
    context,
  );
  const modules = new Map<string, object>();
  const load = (name: string): object => {
    const known = modules.get(name);
    if (known !== undefined) {
      return known;
    }
    const exports = {};
    modules.set(name, exports);
    const text = readFileSync(join(dist, name), "utf8");
    const wrapped = runInContext(`(function (exports, require) {${text}\n})`, context);
    wrapped(exports, (path: string) => load(path.replace("./", "")));
    return exports;
  };
  const { compile } = load("index.cjs") as typeof esm;
  expect(compile("len(payload.list)").evaluate({ payload: { list: [1, 2, 3] } })).toBe(3);
});

test("the licences are those of the project", () => {
  for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) {
    const [own, project] = ["..", "../.."].map((folder) =>
      readFileSync(join(import.meta.dirname, folder, name), "utf8"),
    );
    expect(own).toBe(project);
    expect(manifest.files).toContain(name);
  }
});
