/** The artifact for bundlers, which want a module of the format that imports it. */
export { ARTIFACT_BASE64, ARTIFACT_SHA256 } from "./artifact.js";
