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

export default defineConfig([
  { ...shared, entry: ["src/artifact.ts"], format: "cjs", dts: false, clean: true },
  {
    ...shared,
    entry: ["src/index.ts", "src/preload.ts", "src/compat.ts", "src/publish.ts"],
    format: ["esm", "cjs"],
    fixedExtension: false,
    dts: true,
    plugins: [artifactOnce],
  },
]);
