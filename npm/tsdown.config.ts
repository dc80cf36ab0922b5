import { defineConfig, type UserConfig } from "tsdown";

const shared = { target: "es2022", platform: "neutral", clean: false } satisfies UserConfig;

/**
 * The artifact is the bulk of the package, so both formats load one data module. It is
 * CommonJS because Node and bundlers can load that from either.
 */
const artifactOnce = {
  name: "artifact-once",
  resolveId: (id: string) =>
    id.endsWith("/artifact.js") ? { id: "./artifact.cjs", external: true } : undefined,
};

const entry = ["index", "preload", "contract", "compat", "publish", "temporal", "worker"];

export default defineConfig([
  { ...shared, entry: ["src/artifact.ts"], format: "cjs", dts: false, clean: true },
  {
    ...shared,
    entry: entry.map((name) => `src/${name}.ts`),
    external: [/^@temporalio\//, /^node:/],
    format: ["esm", "cjs"],
    fixedExtension: false,
    // For `import.meta.url` in CommonJS; nothing that workflows load uses it.
    shims: true,
    dts: true,
    plugins: [artifactOnce],
  },
]);
