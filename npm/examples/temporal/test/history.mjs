// Histories as files. The SDK reads and writes only what it has in memory itself.
import { readFileSync, writeFileSync } from "node:fs";
import proto from "@temporalio/proto";

const { History } = proto.temporal.api.history.v1;

export const readHistory = (file) => History.fromObject(JSON.parse(readFileSync(file, "utf8")));

export function writeHistory(file, history) {
  const plain = History.toObject(history, { longs: String, enums: String, bytes: String });
  writeFileSync(file, `${JSON.stringify(plain, null, 1)}\n`);
}
