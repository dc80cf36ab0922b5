// The expressions by npm `jsonata`.
import jsonata from "jsonata";

export async function values(sources, context) {
  const found = [];
  for (const source of sources) {
    found.push(await jsonata(source).evaluate(context));
  }
  return found;
}
