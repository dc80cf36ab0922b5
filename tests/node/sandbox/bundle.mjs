// The package and the cases as one script, bundled as a Temporal worker bundles workflows.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(new URL("../../../npm/package.json", import.meta.url));
const { webpack } = require("webpack");

/** How webpack declares its cache, and the place where a worker keeps it instead. */
const OWN_CACHE = /(var|let|const) __webpack_module_cache__ = \{\};/;
const GIVEN_CACHE = "$1 __webpack_module_cache__ = globalThis.__webpack_module_cache__;";

/** The text of the script. It defines `__TEMPORAL__` with the exports of its entry. */
export async function bundle(entry = new URL("entry.cjs", import.meta.url)) {
  const compiler = webpack({
    entry: fileURLToPath(entry),
    mode: "development",
    devtool: false,
    output: { filename: "bundle.js", library: "__TEMPORAL__" },
  });
  // The script is taken from memory, so that runs at the same time do not meet on disk.
  compiler.hooks.shouldEmit.tap("memory", () => false);
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, result) => (error ? reject(error) : resolve(result)));
  });
  if (stats.hasErrors()) {
    throw new Error(stats.toString({ all: false, errors: true }));
  }
  compiler.close(() => {});
  const code = stats.compilation.assets["bundle.js"].source().toString();
  if (!OWN_CACHE.test(code)) {
    throw new Error("webpack no longer declares its module cache as expected");
  }
  return code.replace(OWN_CACHE, GIVEN_CACHE);
}
