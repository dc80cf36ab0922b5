// The package as its users meet it: packed, installed into an empty project, and loaded or
// bundled by each of the tools that they have.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import webpack from "webpack";

import { findChromium, openPage } from "./browser.js";

// Every test here starts a tool of its own.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, "..");
const project = mkdtempSync(join(tmpdir(), "workflow-expr-packaging-"));

const ENTRIES = ["", "/contract", "/preload", "/compat", "/publish"];
const imports = ENTRIES.map((entry, at) => `import * as m${at} from "workflow-expr${entry}";`);
const requires = ENTRIES.map((entry, at) => `const m${at} = require("workflow-expr${entry}");`);
const BODY = `
console.log(JSON.stringify([
  m0.compile("len(a) + 1").evaluate({ a: [1, 2] }),
  m1.expandDottedKeys({ "a.b": 1 }),
  Object.keys(m2).length,
  typeof m3.compileExpression,
  m4.checkDefinition({ id: "w", version: 1, payloadSchemaRef: "p", steps: [] }).valid,
  m0.digest.length,
]));
`;
const PRINTED = '[3,{"a":{"b":1}},0,"function",true,64]';

const write = (name: string, text: string): string => {
  const file = join(project, name);
  writeFileSync(file, text);
  return file;
};
const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const node = (file: string): string => run("node", file).trim();

beforeAll(() => {
  write("package.json", JSON.stringify({ name: "user", private: true }));
  const [{ filename }] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--pack-destination", project], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  run("npm", "install", "--offline", "--no-audit", "--no-fund", "--omit=peer", join(project, filename));
  write("entry.mjs", imports.join("\n") + BODY);
});

afterAll(() => {
  rmSync(project, { recursive: true });
});

describe("Node", () => {
  test("imports it", () => {
    expect(node(join(project, "entry.mjs"))).toBe(PRINTED);
  });

  test("requires it", () => {
    expect(node(write("entry.cjs", requires.join("\n") + BODY))).toBe(PRINTED);
  });
});

describe("TypeScript", () => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  test.each([
    ["node16", "node16"],
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
    ["commonjs", "node10"],
  ])("finds the types with module %s and resolution %s", (module, resolution) => {
    const around = ["declare const console: { log(text: string): void };", ...imports];
    const mistake = 'const wrong: string = m0.compile("1").functions;';
    const file = write(`${resolution}.ts`, `${around.join("\n")}${BODY}${mistake}\n`);
    const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022"];
    const modes = ["--module", module, "--moduleResolution", resolution];
    const { stdout } = spawnSync("node", [tsc, ...options, ...modes, file], {
      cwd: project,
      encoding: "utf8",
    });
    // The one mistake in the file is found, so the types are not `any`; nothing else is.
    expect(stdout.match(/TS\d+/g)).toEqual(["TS2322"]);
  });
});

describe("bundlers", () => {
  test("webpack", async () => {
    const compiler = webpack({
      context: project,
      entry: "./entry.mjs",
      mode: "production",
      devtool: false,
      output: { path: project, filename: "webpack.cjs" },
    });
    await new Promise<void>((resolve, reject) => {
      compiler.run((error, stats) =>
        error !== null || stats?.hasErrors()
          ? reject(error ?? new Error(stats?.toString("errors-only")))
          : resolve(),
      );
    });
    expect(node("webpack.cjs")).toBe(PRINTED);
  });

  test.each(["esm", "cjs", "iife"] as const)("esbuild to %s", async (format) => {
    const outfile = join(project, `esbuild-${format}.${format === "esm" ? "mjs" : "cjs"}`);
    await esbuild({ absWorkingDir: project, entryPoints: ["entry.mjs"], bundle: true, minify: true, format, outfile });
    expect(node(outfile)).toBe(PRINTED);
  });

  test("Vite", async () => {
    await vite({
      root: project,
      logLevel: "error",
      build: {
        outDir: "vite",
        lib: { entry: join(project, "entry.mjs"), formats: ["es"], fileName: () => "vite.mjs" },
      },
    });
    expect(node("vite/vite.mjs")).toBe(PRINTED);
  });

  test("Vite, in a browser", async ({ skip }) => {
    const chromium = await findChromium();
    if (chromium === undefined) {
      console.warn("SKIPPED: no Chromium here");
      skip();
      return;
    }
    const script = BODY.replace("console.log(", "document.body.append(");
    write("page.mjs", imports.join("\n") + script);
    write("index.html", '<!doctype html><body><script type="module" src="page.mjs"></script></body>');
    await vite({ root: project, logLevel: "error", build: { outDir: "page" } });
    expect(await openPage(chromium, join(project, "page"))).toContain(PRINTED);
  });
});

describe("the manifest", () => {
  test.each([
    ["publint", ["--strict"]],
    ["attw", ["--pack", "."]],
  ])("is right for %s", (name, args) => {
    const bin = join(root, "node_modules/.bin", name);
    expect(() => execFileSync(bin, args, { cwd: root, stdio: "pipe" })).not.toThrow();
  });

  test("installs no dependencies", () => {
    const lock = require(join(project, "package-lock.json")) as { packages: object };
    expect(Object.keys(lock.packages)).toEqual(["", "node_modules/workflow-expr"]);
  });
});
