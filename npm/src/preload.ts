/**
 * Starts the engine when it is imported, so that everything that shares this copy of the
 * package finds it running: `import "workflow-expr/preload"`.
 *
 * Each part is also used once. What shares this copy then has the code of all of them too,
 * compiled, and not only the module.
 */
import { resolveMapping } from "./contract.js";
import { compile } from "./index.js";
import { batch, withContext } from "./shared.js";

const expression = compile("payload.started");
const context = { payload: { started: true } };
withContext(context, (shared) => shared.evaluate(expression));
batch([expression]).evaluate(context);
resolveMapping({ started: { $expr: expression.source } }, { context });
