// The entry of the bundle, in the shape that a Temporal worker gives it: what is preloaded
// is shared by all workflows of a context, what is imported is each workflow's own.
require("./overrides.cjs");

exports.preloadModules = () => {
  require("../../../npm/dist/preload.js");
};

exports.importWorkflows = () => require("../subject.mjs");
