// How a subject in JavaScript puts what it found to the parity runner. It is bundled for
// where workflows run, so nothing here may need more than the language.
const MEMBERS = [
  "class", "code", "message", "position", "token", "span", "line", "column", "help", "suggestion",
];

/** Members without those that are undefined. */
export const present = (members) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

/** The members of an error of the engine. */
export const failure = (error) =>
  present(Object.fromEntries(MEMBERS.map((name) => [name, error[name]])));

/**
 * What runs a call: an error of which `isOfEngine` says that it is the engine's is an
 * answer, anything else a crash.
 */
export const answering = (isOfEngine) => (call) => {
  try {
    return call();
  } catch (error) {
    return isOfEngine(error)
      ? { error: failure(error), ...error.cost }
      : { crash: `threw ${error?.stack ?? error}` };
  }
};
