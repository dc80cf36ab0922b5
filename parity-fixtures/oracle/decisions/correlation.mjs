// An event → the keys by which waits find it.
import { evaluated, isObject, Refusal } from "./mapping.mjs";

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
  if (rules !== undefined && legacyRules !== undefined) throw refusal("C0010");
  if (rules !== undefined) {
    if (!isObject(rules) || !isObject(rules.events) || rules.version !== 1) throw refusal("C0009");
    if (Object.keys(rules).length > 2) throw refusal("C0009");
    const lists = Object.values(rules.events);
    if (!lists.every((list) => Array.isArray(list) && list.length > 0)) throw refusal("C0009");
    const read = (rule) => (typeof rule === "string" ? { path: rule.trim() } : rule);
    return { name: "rules", config: rules.events, read: (list) => list.map(read) };
  }
  const parsed = typeof legacyRules === "string" ? parse(legacyRules) : undefined;
  if (isObject(parsed)) return { name: "env", config: parsed, read: lenient };
  return { name: "default", config: DEFAULTS, read: lenient };
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
  const skipped = new Map();
  let lacking;
  for (const event of new Set([eventName, "*"])) {
    const rules = Object.hasOwn(config, event) ? read(config[event]) : [];
    for (const rule of rules) {
      const label = rule.path ?? rule.$expr;
      const context = { event: { name: eventName, payload } };
      const found = await derived(rule, payload, { context, now });
      if (found.skipped) skipped.set(label, found.skipped);
      if (found.key && !keys.has(found.key)) keys.set(found.key, label);
      if (!found.key && rule.required) lacking ??= label;
    }
  }
  const passedOver = [...skipped].map(([path, why]) => `${path} (${why})`).join(",");
  const tail = passedOver && ` skipped:${passedOver}`;
  if (lacking !== undefined || keys.size === 0) {
    const why = lacking === undefined ? MISSING : `no value for the required rule ${lacking}`;
    return { ok: { key: null, keys: [], source: "missing", detail: why + tail } };
  }
  const detail = `paths:${[...keys.values()].join()} (${name})${tail}`;
  const all = [...keys.keys()];
  const ok = { key: all[0], keys: all, source: "derived", detail };
  return { ok: name === "rules" && all.length > 1 ? { ...ok, ambiguous: true } : ok };
}

async function derived(rule, payload, given) {
  try {
    const found = rule.$expr ? await evaluated(rule.$expr, given) : readPath(payload, rule.path);
    if (Array.isArray(found)) return { skipped: "array" };
    if (isObject(found)) return { skipped: "object" };
    return { key: found === undefined || found === null ? "" : String(found).trim() };
  } catch (refused) {
    if (!(refused instanceof Refusal)) throw refused;
    // No value at all is no failure, as with a path.
    return refused.error.code ? { skipped: refused.error.code } : {};
  }
}
