/** What a program reads of its context, and which members of a live object that is. */

/**
 * `true` for what is read whole, else the fields that are read, by name. Arrays are
 * transparent: a field means that field of every item.
 */
export type Reads = true | { readonly [name: string]: Reads };

/** Reads made ready to be walked; no plan at all stands for what is read whole. */
export interface Plan {
  readonly names: readonly string[];
  /** Each name as the key of a member. */
  readonly keys: readonly string[];
  /** The plan of each name. */
  readonly plans: readonly (Plan | undefined)[];
}

/** The plan of some reads, which are never nested deeper than 32 levels. */
export function planOf(reads: Reads): Plan | undefined {
  if (reads === true) {
    return undefined;
  }
  const fields = Object.entries(reads);
  return {
    names: fields.map(([name]) => name),
    keys: fields.map(([name]) => `${JSON.stringify(name)}:`),
    plans: fields.map(([, field]) => planOf(field)),
  };
}

/** What is read where both are read. */
export function joinReads(one: Reads, other: Reads): Reads {
  if (one === true || other === true) {
    return true;
  }
  const joined = new Map(Object.entries(one));
  for (const [name, reads] of Object.entries(other)) {
    const known = joined.get(name);
    joined.set(name, known === undefined ? reads : joinReads(known, reads));
  }
  return Object.fromEntries(joined);
}

const { propertyIsEnumerable } = Object.prototype;

/** Whether `value` has an own enumerable member of that name, which JSON would send. */
export function hasMember(value: object, name: string): boolean {
  return propertyIsEnumerable.call(value, name);
}
