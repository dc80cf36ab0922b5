// The reference with some divergences taken out of its text, so that a difference can be
// laid to one of them, and so that decisions are made as ours are.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { disallowed, put } from "./contract.mjs";

const require = createRequire(import.meta.url);
const engineText = readFileSync(require.resolve("jsonata"), "utf8");

/** What to write otherwise in the reference's text to take a divergence out of it. */
const REMEDIES = {
  "concurrent-members": [
    [".map(async (item, idx) => {", ".map((item, idx) => async () => {"],
    [".map(async (key, idx) => {", ".map((key, idx) => async () => {"],
    ["await Promise.all(", "await remedy.inOrder("],
    ["groups[key] = entry;", "groups[key] = entry; remedy.appeared(groups, key);"],
    ["utils.keys(groups)", "remedy.appearance(groups)"],
  ],
  "regex-clone": [["JSON.parse(JSON.stringify(left))", "remedy.copied(left)"]],
  "foreign-call": [
    ["var validatedArgs = args;", "var validatedArgs = args; remedy.called(proc);"],
    ["staticFrame.bind(", "remedy.bind(staticFrame, "],
    ["environment.bind('", "remedy.bind(environment, '"],
    ["return closure;", "return remedy.named('regex', closure);"],
    ["defineFunction(transformer,", "defineFunction(remedy.named('transform', transformer),"],
    ["applyNativeFunction(proc, env) {", "applyNativeFunction(proc, env) { remedy.called(proc);"],
  ],
  "raw-function": [
    ["typeof arg === 'object' && !isLambda(arg)", "typeof arg === 'object' && !isFunction(arg)"],
    ["evaluatedArgs.push(await evaluate(", "evaluatedArgs.push(await callable("],
    [
      "async function apply(",
      `async function callable(expr, input, environment) {
        const arg = await evaluate(expr, input, environment);
        if (!isFunction(arg)) return arg;
        const closure = async (...params) => apply(arg, params, null, environment);
        closure.arity = getFunctionArity(arg);
        return closure;
      }
      async function apply(`,
    ],
  ],
  "late-selection": [
    [
      "expr.expressions[length - 1] = tailCallOptimize(",
      "if (!expr.predicate && !expr.group) expr.expressions[length - 1] = tailCallOptimize(",
    ],
  ],
  "shared-mutation": [
    ["input.push(undefined);", "input = environment.base.createSequence(undefined);"],
    ["delete tuple['@'];", "tuple = { ...tuple }; delete tuple['@'];"],
  ],
  "evaluated-once": [
    ["this.then = left;", "this.then = left; this.once = true;"],
    ["result.condition = processAST", "result.once = expr.once; result.condition = processAST"],
    ["expr.then = tailCallOptimize", "if (!expr.once) expr.then = tailCallOptimize"],
  ],
  "host-text": [
    ["result += replacement;", "result += remedy.text(replacement);"],
    ["re.exec(str)", "(typeof str === 'function' ? null : re.exec(str))"],
    // A place in the text of a JavaScript function is none in the source.
    ["parser(body)", "remedy.placeless(() => parser(body))"],
    [
      "closure.arity = getFunctionArity(arg);",
      "closure.arity = getFunctionArity(arg); closure.toString = () => '[object Object]';",
    ],
  ],
  // These two are checks of contract.mjs, not of the engine.
  "helper-rebinding": [],
  "non-finite": [],
  "marker-key": [
    ["key === '_jsonata_lambda' || key === '_jsonata_function'", "remedy.isReserved(key)"],
    ["match[prop] = update[prop];", "remedy.put(match, prop, update[prop]);"],
    ...["_jsonata_lambda", "_jsonata_function", "outerWrapper", "tupleStream"].map((name) => [
      name,
      `${name}_of_the_engine`,
    ]),
  ],
};

/** Groups in their order of appearance, where the reference has JavaScript's of keys. */
const appearances = new WeakMap();

/** The names of the functions that are no helpers. */
const foreign = new WeakMap();

const remedy = {
  put,
  inOrder,
  copied,
  appeared: (groups, key) => appearances.set(groups, [...remedy.appearance(groups), key]),
  appearance: (groups) => appearances.get(groups) ?? [],
  text: (value) => {
    if (typeof value !== "string") throw { code: "D3012" };
    return value;
  },
  placeless: (parse) => {
    try {
      return parse();
    } catch ({ code }) {
      throw { code };
    }
  },
  named: (name, callable) => {
    foreign.set(callable, name);
    return callable;
  },
  bind: (frame, name, value) => {
    remedy.named(name, value.implementation);
    frame.bind(name, value);
  },
  called: (callee) => {
    const name = foreign.get(callee?.implementation ?? callee);
    if (name) throw disallowed(name);
  },
  isReserved: (key) => ["_jsonata_lambda", "_jsonata_function"].includes(key),
};

async function inOrder(starts) {
  const values = [];
  for (const start of starts) values.push(await start());
  return values;
}

function copied(node) {
  if (node instanceof RegExp) return new RegExp(node.source, node.flags);
  if (typeof node !== "object" || node === null) return node;
  if (Array.isArray(node)) return node.map(copied);
  return Object.fromEntries(Object.entries(node).map(([name, it]) => [name, copied(it)]));
}

/** The reference as our decisions have it. */
export const DECIDED = Object.keys(REMEDIES);

const engines = new Map();

function compiledEngine(without) {
  const name = without.join();
  if (!engines.has(name)) {
    let text = engineText;
    // In this order, since one remedy adds what another would replace.
    const wanted = DECIDED.filter((divergence) => without.includes(divergence));
    for (const [from, to] of wanted.flatMap((divergence) => REMEDIES[divergence])) {
      if (!text.includes(from)) throw new Error(`the reference has no \`${from}\``);
      text = text.replaceAll(from, to);
    }
    engines.set(name, new Function("module", "exports", "remedy", text));
  }
  return engines.get(name);
}

/** The engine remembers positions from one call to the next, so each case gets its own. */
export function freshEngine(without) {
  const module = { exports: {} };
  compiledEngine(without)(module, module.exports, remedy);
  return module.exports;
}
