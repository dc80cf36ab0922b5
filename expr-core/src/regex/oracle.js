// Answers each line `flags TAB pattern TAB subject,subject…` (texts as hexadecimal UTF-16
// units) with what RegExp finds: `E` if it refuses the pattern, else for each subject its
// first matches, each as the ranges of its groups.
"use strict";

const MATCHES = 4;
const text = (hex) => String.fromCharCode(...(hex.match(/.{4}/g) ?? []).map((unit) => parseInt(unit, 16)));
const range = (indices) => (indices ? indices.join("-") : "u");

function matches(regex, subject) {
  const found = [];
  regex.lastIndex = 0;
  for (let match; found.length < MATCHES && (match = regex.exec(subject));) {
    found.push(match.indices.map(range).join(" "));
    if (match[0] === "") regex.lastIndex += 1;
  }
  return found.join(";");
}

function answer(line) {
  const [flags, pattern, subjects] = line.split("\t");
  let regex;
  try {
    new RegExp(text(pattern), "g" + flags);
    regex = new RegExp(text(pattern), "dg" + flags);
  } catch {
    return "E";
  }
  try {
    return subjects.split(",").map((subject) => matches(regex, text(subject))).join("|");
  } catch (error) {
    return "X " + error.message;
  }
}

const lines = require("fs").readFileSync(0, "utf8").trimEnd().split("\n");
process.stdout.write(lines.map(answer).join("\n") + "\n");
