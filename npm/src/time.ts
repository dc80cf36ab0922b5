/** The clock that an evaluation is given: what callers write → milliseconds. */
import { argumentError } from "./errors.js";

/** RFC 3339 text in UTC, a `Date`, or whole milliseconds since 1970 in UTC. */
export type Instant = string | number | Date;

const RFC_3339_UTC =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,3})0*)?(?:[Zz]|[+-]00:00)$/;
const HELP = "pass RFC 3339 text such as `2026-03-04T05:06:07.089Z`, a Date, or whole milliseconds";
/** The last moment that a JavaScript `Date` can hold, before and after 1970. */
const FURTHEST = 8.64e15;

/** Milliseconds since 1970. What is not a moment in UTC, to the millisecond, is refused. */
export function toMilliseconds(now: Instant): number {
  const milliseconds =
    typeof now === "string" ? parse(now) : typeof now === "number" ? now : now.getTime();
  if (!Number.isInteger(milliseconds) || Math.abs(milliseconds) > FURTHEST) {
    throw argumentError(`\`now\` is not a moment in UTC: ${String(now)}`, HELP);
  }
  return milliseconds;
}

/** NaN for text that is not RFC 3339 in UTC, or names a day or an hour that does not exist. */
function parse(text: string): number {
  const match = RFC_3339_UTC.exec(text);
  if (match === null) {
    return Number.NaN;
  }
  const fields = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const [year, month, day, hour, minute, second] = fields;
  const fraction = Number((match[7] ?? "0").padEnd(3, "0"));
  const date = new Date(0);
  // `Date.UTC` would read the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, fraction);
  const exists =
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return exists ? date.getTime() : Number.NaN;
}
