/**
 * Base64 text → bytes, in plain JavaScript: where workflows run there is neither `atob`
 * nor `Buffer`.
 *
 * A workflow with an engine of its own pays for this once, mostly before the compiler has
 * looked at the loop. Reading the text as bytes first takes a quarter less time than
 * reading its characters; text with a character for each byte would be as fast, but is two
 * and a half times as long in a file.
 */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Decodes padded base64. The text is our own build's, so it is not checked. */
export function decodeBase64(text: string): Uint8Array {
  const ascii = new Uint8Array(text.length);
  new TextEncoder().encodeInto(text, ascii);
  const sextets = new Uint8Array(128);
  for (let value = 0; value < ALPHABET.length; value++) {
    sextets[ALPHABET.charCodeAt(value)] = value;
  }
  const sextet = (at: number): number => sextets[ascii[at] as number] as number;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let from = 0, to = 0; from < ascii.length; from += 4, to += 3) {
    const group =
      (sextet(from) << 18) |
      (sextet(from + 1) << 12) |
      (sextet(from + 2) << 6) |
      sextet(from + 3);
    // A write past the end of a typed array is ignored, which drops the padding.
    bytes[to] = group >> 16;
    bytes[to + 1] = group >> 8;
    bytes[to + 2] = group;
  }
  return bytes;
}
