import { defineConfig, type UserConfig } from "tsdown";

const shared = {
  target: "es2022",
  platform: "neutral",
  clean: false,
  fixedExtension: false,
  dts: false,
} satisfies UserConfig;

/**
 * The artifact is the bulk of the package, so both formats load one data module. It is
 * CommonJS because Node and bundlers can load that from either; modules import it as
 * `imports` in package.json says.
 */
const artifactAs = (path: string) => ({
  name: "artifact-once",
  resolveId: (id: string) =>
    id.endsWith("/artifact.js") ? { id: path, external: true } : undefined,
});

const entries = {
  ...shared,
  entry: ["index", "preload", "contract", "compat", "publish", "temporal", "worker"].map(
    (name) => `src/${name}.ts`,
  ),
  external: [/^@temporalio\//, /^node:/],
  // For `import.meta.url` in CommonJS; nothing that workflows load uses it.
  shims: true,
  dts: true,
} satisfies UserConfig;

export default defineConfig([
  { ...shared, entry: ["src/artifact.ts"], format: "cjs", clean: true },
  {
    ...shared,
    entry: ["src/artifact-bundled.ts", "src/artifact-node.ts"],
    external: [/^node:/],
    format: "esm",
    plugins: [artifactAs("./artifact.cjs")],
  },
  { ...entries, format: "esm", plugins: [artifactAs("#artifact")] },
  { ...entries, format: "cjs", plugins: [artifactAs("./artifact.cjs")] },
]);
