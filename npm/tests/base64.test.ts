// The decoder is no part of the interface, and the artifact has one length only: this
// imports the source to try the others.
import { expect, test } from "vitest";

import { decodeBase64 } from "../src/base64.js";

test("bytes of every length and value come back", () => {
  const lengths = [...Array.from({ length: 300 }, (_, length) => length + 1), 65_403, 65_408, 200_000];
  for (const length of lengths) {
    const bytes = Buffer.from(Array.from({ length }, (_, at) => (at * 7 + length) & 0xff));
    const decoded = Buffer.from(decodeBase64(bytes.toString("base64")));
    expect(decoded.equals(bytes), `${length} bytes`).toBe(true);
  }
});
