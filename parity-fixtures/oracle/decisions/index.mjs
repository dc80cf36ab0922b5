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
