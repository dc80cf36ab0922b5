/**
 * Starts the engine when it is imported, so that everything that shares this copy of the
 * package finds it running: `import "workflow-expr/preload"`.
 */
import { start } from "./engine.js";

start();
