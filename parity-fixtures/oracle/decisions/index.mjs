// The decisions around expressions, from the contract's text and our decisions on it.
import { assign, expand } from "./assignment.mjs";
import { correlation } from "./correlation.mjs";
import { expressions, mapping, Refusal, secrets, value } from "./mapping.mjs";
import { waitConfig, waitMatch } from "./wait.mjs";

const ASKS = {
  assign, correlation, expand, expressions, mapping, secrets, value, waitConfig, waitMatch,
};

/** What a request of `decide` should be answered; undefined for an ask not written here. */
export async function decide(request) {
  const ask = ASKS[request.ask];
  if (!ask) return undefined;
  try {
    return await ask(request);
  } catch (refused) {
    if (refused instanceof Refusal) return { error: refused.error };
    throw refused;
  }
}

/** An answer as a fixture has it. */
export function asExpected({ ok, redactionPaths = [], error }) {
  const redacted = redactionPaths.length > 0 ? { redactionPaths } : {};
  if (!error) return { ok, ...redacted };
  const { message, path, ...rest } = error;
  const named = message && !message.endsWith("…") ? { message } : {};
  const place = path === undefined ? { pathAbsent: true } : { path };
  return { error: { ...rest, ...named, ...(error.category && place) }, ...redacted };
}
