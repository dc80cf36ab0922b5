// An event → the keys by which waits find it.
import { decided, refusalOf } from "../reference.mjs";
import { below, isExpression, isObject, Refusal } from "./mapping.mjs";

const DEFAULTS = {
  "*": ["ticketId", "clientId", "invoiceId", "projectId", "paymentId"],
  TICKET_CREATED: ["ticketId"],
  TICKET_UPDATED: ["ticketId"],
  TICKET_CLOSED: ["ticketId"],
  TICKET_COMMENT_ADDED: ["ticketId"],
  TICKET_RESPONSE_STATE_CHANGED: ["ticketId"],
  INVOICE_FINALIZED: ["invoiceId", "clientId"],
  INVOICE_SENT: ["invoiceId", "clientId"],
  INVOICE_STATUS_CHANGED: ["invoiceId", "clientId"],
};
const MISSING = "no explicit key and no configured derivation path produced a value";

/** The own member at the end of a dotted path through objects. */
export function readPath(root, path) {
  let value = root;
  for (const part of path.split(".").filter((it) => it !== "")) {
    if (!isObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/** A lenient list of paths: one text, or the texts of an array. */
function lenient(paths) {
  const texts = Array.isArray(paths) ? paths : [paths];
  return texts
    .filter((it) => typeof it === "string" && it.trim() !== "")
    .map((it) => ({ path: it.trim() }));
}

function configuration({ rules, legacyRules }) {
  if (rules !== undefined && (legacyRules ?? undefined) !== undefined) throw refusal("C0010");
  if (rules !== undefined) {
    if (!isObject(rules) || !isObject(rules.events) || rules.version !== 1) throw refusal("C0009");
    if (Object.keys(rules).length > 2) throw refusal("C0009");
    const lists = Object.values(rules.events);
    if (!lists.every((list) => Array.isArray(list) && list.length > 0)) throw refusal("C0009");
    checkExpressions(rules.events);
    const read = (rule) => (typeof rule === "string" ? { path: rule.trim() } : rule);
    return { name: "rules", config: rules.events, read: (list) => list.map(read) };
  }
  const parsed = typeof legacyRules === "string" ? parse(legacyRules) : undefined;
  if (isObject(parsed)) return { name: "env", config: parsed, read: lenient };
  return { name: "default", config: DEFAULTS, read: lenient };
}

function checkExpressions(events) {
  for (const [event, list] of Object.entries(events)) {
    for (const [index, rule] of list.entries()) {
      const error = isExpression(rule) ? refusalOf(rule.$expr) : undefined;
      if (!error) continue;
      const place = below(below(below(below("", "events"), event), index), "$expr");
      const message = `the rules are invalid at \`${place}\`: ${error.message ?? "…"}`;
      throw new Refusal({ class: "wire", code: "C0009", message });
    }
  }
}

const refusal = (code) => new Refusal({ class: "wire", code });

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export async function correlation(request) {
  const { eventName, explicit, now, payload } = request;
  const { name, config, read } = configuration(request);
  const trimmed = typeof explicit === "string" ? explicit.trim() : "";
  if (trimmed) {
    const detail = "event.workflow_correlation_key";
    return { ok: { key: trimmed, keys: [trimmed], source: "explicit", detail } };
  }
  const keys = new Map();
  const [skipped, tried] = [[], []];
  let lacking = false;
  for (const { required, ...rule } of rulesFor(eventName, config, read)) {
    const label = rule.path ?? rule.$expr;
    const { key = "", failed } = await derived(rule, { event: { name: eventName, payload }, payload }, now);
    if (failed) skipped.push(`${label} (${failed})`);
    if (key && !keys.has(key)) keys.set(key, label);
    const why = failed ?? (required && !key ? "required" : undefined);
    tried.push(why ? `${label} (${why})` : label);
    lacking ||= Boolean(required) && !key;
  }
  if (lacking) {
    const message = `the event \`${eventName}\` has no value for a required rule; tried ${tried}`;
    throw new Refusal({ class: "evaluation", code: "C0011", message });
  }
  const tail = skipped.length > 0 ? ` skipped:${skipped}` : "";
  if (keys.size === 0) {
    return { ok: { key: null, keys: [], source: "missing", detail: MISSING + tail } };
  }
  const detail = `paths:${[...keys.values()].join()} (${name})${tail}`;
  const all = [...keys.keys()];
  const ok = { key: all[0], keys: all, source: "derived", detail };
  return { ok: name === "rules" && all.length > 1 ? { ...ok, ambiguous: true } : ok };
}

/** The rules of an event and then those of all, each once, required if it ever is. */
function rulesFor(eventName, config, read) {
  const rules = new Map();
  for (const event of new Set([eventName, "*"])) {
    for (const rule of Object.hasOwn(config, event) ? read(config[event]) : []) {
      const name = JSON.stringify([rule.path, rule.$expr]);
      const required = rule.required || rules.get(name)?.required;
      rules.set(name, { ...rule, required });
    }
  }
  return rules.values();
}

/** The codes of what has a class and no code in the contract's own text. */
const CODES = { "not-serializable": "C0006", "too-large": "C0007" };

async function derived(rule, context, now) {
  let found;
  if (rule.$expr === undefined) {
    found = readPath(context.event.payload, rule.path);
  } else {
    const { value, error, nothing } = await decided(rule.$expr, copied(context), now);
    // No value at all is no failure, as with a path.
    if (error && !nothing) return { failed: error.code ?? CODES[error.class] ?? "D9001" };
    found = value;
  }
  if (Array.isArray(found)) return { failed: "array" };
  if (isObject(found)) return { failed: "object" };
  return { key: found === undefined || found === null ? "" : String(found).trim() };
}

const copied = (context) => JSON.parse(JSON.stringify(context));
