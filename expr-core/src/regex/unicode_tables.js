// Prints unicode_tables.rs from the Unicode data of the JavaScript engine that runs it.
// A test compares the output with the committed file where the versions agree.
"use strict";

const hex = (number, digits) => "0x" + number.toString(16).padStart(digits, "0");

// ECMAScript's Canonicalize(rer, ch) for patterns without the flags u and v.
function canonicalize(unit) {
  const upper = String.fromCharCode(unit).toUpperCase();
  if (upper.length !== 1) return unit;
  const folded = upper.charCodeAt(0);
  return unit >= 128 && folded < 128 ? unit : folded;
}

// Runs of pairs with one distance, whose first members lie one or two apart.
function rows(pairs) {
  const result = [];
  for (let i = 0; i < pairs.length;) {
    const [first, image] = pairs[i];
    const distance = image - first;
    const follows = (j, gap) =>
      j < pairs.length &&
      pairs[j][0] === pairs[j - 1][0] + gap &&
      pairs[j][1] - pairs[j][0] === distance;
    const gap = follows(i + 1, 2) ? 2 : 1;
    let end = i + 1;
    while (follows(end, gap)) end += 1;
    result.push([first, pairs[end - 1][0], gap, distance & 0xffff]);
    i = end;
  }
  return result;
}

// `start << 11 | length - 1`: 21 bits hold any code point, and longer ranges are split.
function packed(property, except) {
  const member = new RegExp(`^\\p{${property}}$`, "u");
  const excluded = except && new RegExp(`^\\p{${except}}$`, "u");
  const result = [];
  let start = -1;
  for (let point = 128; point <= 0x110000; point += 1) {
    const text = point < 0x110000 ? String.fromCodePoint(point) : "";
    const inside = member.test(text) && !(excluded && excluded.test(text));
    if (start >= 0 && (!inside || point - start === 2048)) {
      result.push(start * 2048 + (point - start - 1));
      start = -1;
    }
    if (inside && start < 0) start = point;
  }
  return result;
}

function table(name, doc, type, items, perLine) {
  const lines = [];
  for (let i = 0; i < items.length; i += perLine) {
    lines.push("    " + items.slice(i, i + perLine).join(", ") + ",");
  }
  return `${doc}\n#[rustfmt::skip]\npub(super) static ${name}: [${type}; ${items.length}] = [\n${lines.join("\n")}\n];\n`;
}

const upper = [];
for (let unit = 128; unit < 0x10000; unit += 1) {
  if (canonicalize(unit) !== unit) upper.push([unit, canonicalize(unit)]);
}
const lower = new Map();
const extra = [];
for (const [unit, folded] of upper) {
  const natural = String.fromCharCode(folded).toLowerCase().charCodeAt(0) === unit;
  if (!lower.has(folded)) lower.set(folded, unit);
  else if (natural) {
    extra.push([folded, lower.get(folded)]);
    lower.set(folded, unit);
  } else extra.push([folded, unit]);
}
const byFirst = (a, b) => a[0] - b[0] || a[1] - b[1];
const row = ([first, last, gap, distance]) =>
  `(${hex(first, 4)}, ${hex(last, 4)}, ${gap}, ${hex(distance, 4)})`;
const pair = ([a, b]) => `(${hex(a, 4)}, ${hex(b, 4)})`;

process.stdout.write([
  `//! Tables of Unicode ${process.versions.unicode}, printed by unicode_tables.js; not edited by hand.`,
  "",
  table("UPPER", "/// Units past ASCII that Canonicalize changes: first, last, gap, distance (modulo 2^16).",
    "(u16, u16, u16, u16)", rows(upper).map(row), 3),
  table("LOWER", "/// For each unit that Canonicalize yields, the unit it is mostly made from; as UPPER.",
    "(u16, u16, u16, u16)", rows([...lower].sort(byFirst)).map(row), 3),
  table("EXTRA", "/// The other units that give the same: result, origin.",
    "(u16, u16)", extra.sort(byFirst).map(pair), 5),
  table("ID_START", "/// ID_Start past ASCII, each range as `start << 11 | length - 1`.",
    "u32", packed("ID_Start").map((item) => hex(item, 8)), 7),
  table("ID_CONTINUE", "/// What ID_Continue has past ASCII that ID_Start has not.",
    "u32", packed("ID_Continue", "ID_Start").map((item) => hex(item, 8)), 7),
].join("\n"));
