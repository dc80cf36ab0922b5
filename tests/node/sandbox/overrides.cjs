// What a Temporal workflow finds in place of what is not deterministic.
const { Date: RealDate } = globalThis;
const NOW = RealDate.UTC(2026, 0, 1);

for (const name of ["WeakRef", "FinalizationRegistry"]) {
  globalThis[name] = function forbidden() {
    throw new Error(`${name} cannot be used in workflows`);
  };
}

// A function, not a class: workflows see `Date` without a prototype chain of its own.
globalThis.Date = function Date(...args) {
  return args.length > 0 ? new RealDate(...args) : new RealDate(NOW);
};
Object.assign(globalThis.Date, {
  now: () => NOW,
  parse: RealDate.parse.bind(RealDate),
  UTC: RealDate.UTC.bind(RealDate),
  prototype: RealDate.prototype,
});

let seed = 1;
Math.random = () => {
  seed = (seed * 48_271) % 0x7fff_ffff;
  return seed / 0x7fff_ffff;
};

// No activation of a workflow waits for real time.
globalThis.setTimeout = globalThis.clearTimeout = () => {
  throw new Error("an evaluation set a timer");
};
