// Answers each line `flags TAB pattern TAB subject,subject…` (texts as hexadecimal UTF-16
// units) with what RegExp finds: `E` if it refuses the pattern, `T` if it takes too long,
// else for each subject its first matches, each as the ranges of its groups.
"use strict";

const { Script } = require("vm");

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
  return subjects.split(",").map((subject) => matches(regex, text(subject))).join("|");
}

// Only a script of its own can be stopped inside RegExp, and starting one takes longer
// than most questions: they are asked by the hundred, and singly where that is too long.
globalThis.ask = () => globalThis.questions.map(answer);
const call = new Script("ask()");

function inTime(questions) {
  globalThis.questions = questions;
  try {
    return call.runInThisContext({ timeout: 2000 });
  } catch (error) {
    if (error.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") return questions.map(() => `X ${error.message}`);
    return questions.length > 1 ? questions.flatMap((line) => inTime([line])) : ["T"];
  }
}

const lines = require("fs").readFileSync(0, "utf8").trimEnd().split("\n");
for (let i = 0; i < lines.length; i += 100) {
  process.stdout.write(inTime(lines.slice(i, i + 100)).join("\n") + "\n");
}
