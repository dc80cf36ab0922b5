// Puts the constructs whose growth is measured into a folder, with a document a size:
// `growth.mjs FOLDER`. Results are small, so that what grows is the work and not the answer.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { records } from "./documents.mjs";

const SIZES = [10, 100, 1_000, 10_000, 100_000, 1_000_000];
const CONSTRUCTS = {
  path: "$sum(items.value)",
  predicate: "$count(items[value > 50000])",
  "order-by": "items^(value)[0].id",
  "group-by": "$count($keys(items{group: $sum(value)}))",
  $map: "$sum($map(items, function($item) { $item.value * 2 }))",
  $reduce: "$reduce(items.value, function($total, $value) { $total + $value })",
  $distinct: "$count($distinct(items.value))",
  "**": "$count(**.value)",
};

const [folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const list = [];
for (const size of SIZES) {
  const document = join(folder, `${size}.json`);
  writeFileSync(document, JSON.stringify(records(size)));
  for (const [construct, source] of Object.entries(CONSTRUCTS)) {
    list.push({ name: `${construct} ${size}`, construct, size, source, document });
  }
}
writeFileSync(join(folder, "workloads.json"), JSON.stringify(list));
