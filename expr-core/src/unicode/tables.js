// Prints tables.rs from the Unicode data of the JavaScript engine that runs it.
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

// Runs of code points with the same properties, a number each: its length less one, and in
// the lowest four bits the properties. Numbers are bytes of seven bits, the lower ones first.
function runs(properties) {
  const members = properties.map((property) => new RegExp(`^\\p{${property}}$`, "u"));
  const of = (point) =>
    members.reduce((bits, member, bit) => bits | (member.test(String.fromCodePoint(point)) << bit), 0);
  const result = [];
  const number = (value) => {
    for (; value > 127; value = Math.floor(value / 128)) result.push((value & 127) | 128);
    result.push(value);
  };
  let [start, bits] = [0, of(0)];
  for (let point = 1; point < 0x110000; point += 1) {
    const next = of(point);
    if (next === bits) continue;
    number((point - start - 1) * 16 + bits);
    [start, bits] = [point, next];
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

// Pairs of single units that `change` makes past ASCII.
function changed(change) {
  const result = [];
  for (let unit = 128; unit < 0x10000; unit += 1) {
    if (change(unit) !== unit) result.push([unit, change(unit)]);
  }
  return result;
}

const lowercase = (unit) => {
  const lower = String.fromCharCode(unit).toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : unit;
};
const upper = changed(canonicalize);
const lower = changed(lowercase);
const extra = upper
  .filter(([unit, folded]) => lowercase(folded) !== unit)
  .map(([unit, folded]) => [folded, unit]);

// Upper case that is not one unit past ASCII.
const expansions = [];
for (let unit = 128; unit < 0x10000; unit += 1) {
  const text = String.fromCharCode(unit).toUpperCase();
  if (text.charCodeAt(0) === unit || (text.length === 1 && canonicalize(unit) !== unit)) continue;
  const image = [0, 1, 2].map((at) => (at < text.length ? text.charCodeAt(at) : 0));
  expansions.push([unit, ...image]);
}

// Letters past the first plane: the capitals of a script stand at one distance from the
// small ones. Nothing else may change there, as may nothing but U+0130 to several in lower case.
const astral = [];
for (let point = 0x10000; point < 0x110000; point += 1) {
  const small = String.fromCodePoint(point).toLowerCase().codePointAt(0);
  if (small !== point) astral.push([point, small]);
}
const capitals = new Map(astral.map(([capital, small]) => [small, capital]));
for (let point = 0; point < 0x110000; point += 1) {
  const text = String.fromCodePoint(point);
  const astralUpper = text.toUpperCase().codePointAt(0);
  if (point > 0xffff && astralUpper !== (capitals.get(point) ?? point)) throw new Error("astral");
  if (point !== 0x130 && [...text.toLowerCase()].length !== 1) throw new Error("expansion");
}
const scripts = [];
for (const [capital, small] of astral) {
  const last = scripts.at(-1);
  if (last && last[0] + last[1] === capital && last[2] === small - capital) last[1] += 1;
  else scripts.push([capital, 1, small - capital]);
}

const row = ([first, last, gap, distance]) =>
  `(${hex(first, 4)}, ${hex(((last - first) << 1) | (gap - 1), 4)}, ${hex(distance, 4)})`;
const units = (items) => `(${items.map((item) => hex(item, 4)).join(", ")})`;

process.stdout.write([
  `//! Tables of Unicode ${process.versions.unicode}, printed by tables.js; not edited by hand.`,
  "",
  table("UPPER", "/// Units past ASCII that Canonicalize changes: first, twice the distance of the last and\n/// whether every other one is meant, distance of the image (modulo 2^16).",
    "(u16, u16, u16)", rows(upper).map(row), 3),
  table("LOWER", "/// Units past ASCII whose lower case is another unit; as UPPER.",
    "(u16, u16, u16)", rows(lower).map(row), 3),
  table("EXTRA", "/// Units that Canonicalize changes and lower case does not restore: result, origin.",
    "(u16, u16)", extra.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(units), 5),
  table("EXPANSIONS", "/// Units whose upper case is ASCII or several units.",
    "(u16, u16, u16, u16)", expansions.map(units), 3),
  table("SCRIPTS", "/// Capitals past the first plane: first, number, distance of the small letters.",
    "(u32, u32, u32)", scripts.map(([first, count, distance]) => `(${hex(first, 5)}, ${count}, ${distance})`), 4),
  table("RUNS", "/// Runs of code points with the same properties, the last without any left out: in bytes of\n/// seven bits, the lower ones first, its length less one times 16 and the sum of 1 for\n/// ID_Start, 2 for ID_Continue, 4 for Cased and 8 for Case_Ignorable.",
    "u8", runs(["ID_Start", "ID_Continue", "Cased", "Case_Ignorable"]), 18),
].join("\n"));
