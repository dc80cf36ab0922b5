import { defineConfig } from "vitest/config";

// Tests import `workflow-expr` by name, so they meet the built package through its
// `exports`, not the sources.
export default defineConfig({ test: { include: ["tests/*.test.ts"] } });
