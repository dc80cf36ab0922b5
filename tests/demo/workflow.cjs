// The demo's expressions as workflow code: the entry of a bundle, as a worker makes it.
require("../node/sandbox/overrides.cjs");

exports.preloadModules = () => {
  require("../../npm/dist/preload.js");
};

exports.importWorkflows = () => require("./answers.mjs");
