// Waits for events: which signal one takes, and whether one is configured rightly.
import { readPath } from "./correlation.mjs";
import { closed, isExpression, isObject, misfit } from "./mapping.mjs";

const isText = (value) => typeof value === "string";
const isNumber = (value) => typeof value === "number";
const isScalar = (value) => value === null || ["string", "number", "boolean"].includes(typeof value);
const isList = (value) => Array.isArray(value) && value.every(isScalar);
const both = (is, holds) => (found, value) => (is(found) && is(value) ? holds(found, value) : null);
const listed = (holds) => (found, value) => (Array.isArray(value) ? holds(value.includes(found)) : null);

/** What each operator says, null for a value of a wrong kind, and what it can be published with. */
const OPERATORS = {
  "=": [(found, value) => found === value, isScalar],
  "!=": [(found, value) => found !== value, isScalar],
  in: [listed((is) => is), isList],
  not_in: [listed((is) => !is), isList],
  exists: [(found) => found !== undefined, (value) => value === undefined],
  not_exists: [(found) => found === undefined, (value) => value === undefined],
  ">": [both(isNumber, (found, value) => found > value), isScalar],
  ">=": [both(isNumber, (found, value) => found >= value), isScalar],
  "<": [both(isNumber, (found, value) => found < value), isScalar],
  "<=": [both(isNumber, (found, value) => found <= value), isScalar],
  contains: [both(isText, (found, value) => found.includes(value)), isText],
  starts_with: [both(isText, (found, value) => found.startsWith(value)), isText],
  ends_with: [both(isText, (found, value) => found.endsWith(value)), isText],
};

const operator = (name) => (Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined);

function whyNot({ path, op, value }, payload) {
  const [holds] = operator(op) ?? [];
  if (!holds) return "unknown-operator";
  const found = readPath(payload, path.replace(/^\$?\./, ""));
  const held = holds(found, value);
  if (held) return null;
  if (found === undefined) return "no-value";
  return held === null ? "wrong-type" : "unequal";
}

function checkFilter(filter, index) {
  const place = `/descriptor/filters/${index}`;
  if (!isObject(filter)) throw misfit(place, "an object");
  for (const name of ["path", "op"]) {
    if (!isText(filter[name])) throw misfit(`${place}/${name}`, "a string");
  }
}

function isPublishable(filter) {
  if (!isObject(filter) || !isText(filter.path) || filter.path === "") return false;
  const [, fits] = operator(filter.op) ?? [];
  const strict = Object.keys(filter).every((name) => ["path", "op", "value"].includes(name));
  return Boolean(strict && fits?.(filter.value));
}

function normalizedSignal(signal, now) {
  const { eventId, eventName, correlationKey, correlationKeys, payload, receivedAt } = signal;
  const text = (value) => (isText(value) ? value : null);
  const all = Array.isArray(correlationKeys) ? { correlationKeys } : {};
  return {
    eventId: text(eventId),
    eventName: text(eventName),
    correlationKey: text(correlationKey),
    payload: isObject(payload) ? payload : {},
    receivedAt: text(receivedAt) ?? (now === undefined ? null : new Date(now).toISOString()),
    ...all,
  };
}

export function waitMatch({ descriptor, signals, now }) {
  const { eventName, correlationKey: key = null, filters = [] } = descriptor;
  if (!isText(eventName)) throw misfit("/descriptor/eventName", "a string");
  if (!isScalar(key)) {
    throw misfit("/descriptor/correlationKey", "a string, a number, a boolean or null");
  }
  if (!Array.isArray(filters)) throw misfit("/descriptor/filters", "an array");
  closed(descriptor, "/descriptor", ["eventName", "correlationKey", "filters"]);
  filters.forEach(checkFilter);
  const wanted = key === null ? null : String(key).trim();
  const normalized = signals.map((signal) => normalizedSignal(signal, now));
  const reasons = normalized.map(({ payload }) => filters.map((it) => whyNot(it, payload)));
  const mismatches = normalized.map((signal, index) => {
    if (signal.eventName !== eventName) return "event-name";
    const keys = [...(signal.correlationKeys ?? []), signal.correlationKey];
    if (wanted !== null && (wanted === "" || !keys.includes(wanted))) return "correlation-key";
    return reasons[index].some((why) => why !== null) ? "filter" : null;
  });
  return {
    ok: {
      normalized,
      index: mismatches.indexOf(null),
      perFilter: reasons.map((row) => row.map((why) => why === null)),
      reasons,
      mismatches,
      filterSchemaValid: filters.map(isPublishable),
    },
  };
}

export function waitConfig({ config }) {
  const errors = isObject(config) ? configErrors(config) : ["event.wait config is required"];
  return { ok: { valid: errors.length === 0, errors } };
}

function configErrors({ eventName, correlationKey, filters = [], timeoutMs = 1, assign = {} }) {
  const expressionMap = isObject(assign) && Object.values(assign).every(isExpression);
  const rules = [
    [isText(eventName) && eventName.trim() !== "", "event.wait requires eventName"],
    [isExpression(correlationKey), "event.wait requires correlationKey expression"],
    [
      Array.isArray(filters) && filters.every(isPublishable),
      "event.wait filters must be a valid filter array",
    ],
    [isNumber(timeoutMs) && timeoutMs > 0, "event.wait timeoutMs must be a positive number"],
    [expressionMap, "event.wait assign must be an expression map"],
  ];
  return rules.filter(([holds]) => !holds).map(([, message]) => message);
}
