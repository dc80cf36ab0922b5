// Live objects for the faces that take them, and the JSON text of what comes back.

/** Levels of the object that is nested. */
const DEEP = 100_000;

/** A number that may be out of range. */
const LARGE = /\de\+?\d{3}|\d{300}/i;

function nested() {
  let value = 1;
  for (let level = 0; level < DEEP; level++) {
    value = [value];
  }
  return value;
}

/** Objects that no JSON text gives, by name. */
export const LIVES = {
  nested,
  getter: () => ({
    get a() {
      return LIVES.getter();
    },
  }),
  toJSON: () => ({ toJSON: () => [LIVES.toJSON()] }),
};

/**
 * A context as `text` and, where JSON.parse makes of it what it says, as `value`: an
 * infinity, which JavaScript reads in a number out of range, is another context.
 */
export function liveContext(text) {
  if (text === undefined) {
    return { text, value: undefined };
  }
  try {
    const value = JSON.parse(text);
    return LARGE.test(text) && hasInfinity(value) ? { text } : { text, value };
  } catch {
    return { text };
  }
}

function hasInfinity(root) {
  const left = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (value === Infinity || value === -Infinity) {
      return true;
    }
    if (typeof value === "object" && value !== null) {
      for (const member of Object.values(value)) {
        left.push(member);
      }
    }
  }
  return false;
}

/** JSON text of a result, which may be nested deeper than JSON.stringify can recurse. */
export function textOf(value) {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error?.name !== "RangeError") {
      throw error;
    }
    return deepText(value);
  }
}

function deepText(root) {
  let text = "";
  // What is still to be written, the next one last: text, or a value in an object.
  const left = [{ value: root }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next === "string") {
      text += next;
    } else if (typeof next.value !== "object" || next.value === null) {
      text += JSON.stringify(next.value);
    } else {
      const isArray = Array.isArray(next.value);
      text += isArray ? "[" : "{";
      left.push(isArray ? "]" : "}");
      const members = Object.entries(next.value).reverse();
      members.forEach(([name, value], at) => {
        const comma = at + 1 < members.length ? "," : "";
        left.push({ value }, comma + (isArray ? "" : `${JSON.stringify(name)}:`));
      });
    }
  }
  return text;
}
