/**
 * The artifact where Node imports this package.
 *
 * `import` of a CommonJS module looks for its exports character by character, which takes
 * 20 ms for half a megabyte; `require` does not look.
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const artifact = require("./artifact.cjs") as typeof import("./artifact.js");

export const ARTIFACT_BASE64: string = artifact.ARTIFACT_BASE64;
export const ARTIFACT_SHA256: string = artifact.ARTIFACT_SHA256;
