/**
 * Mappings: values with expressions and secrets in them → plain values.
 *
 * The module resolves. It cannot look a secret up, so it is asked first which secrets there
 * are, and is then told what each look-up gave.
 */
import { type Decision, decide } from "./decide.js";
import { ExpressionError } from "./errors.js";

/** Looks up the secrets that a mapping refers to. */
export interface SecretResolver {
  /** The secret of that name; fails if there is none. */
  resolve(name: string, workflowRunId?: string): Promise<string>;
}

/** What a mapping is resolved with. */
export interface MappingResolverOptions {
  /** What the expressions see. */
  readonly expressionContext: unknown;
  /** Without it every secret fails. */
  readonly secretResolver?: SecretResolver | undefined;
  /** Handed to the resolver. */
  readonly workflowRunId?: string | undefined;
  /** JSON pointers of where secrets stand in the result are added to it. */
  readonly redactionPaths?: string[] | undefined;
}

/**
 * What is thrown when an expression or a secret fails: a plain object, as it always was.
 *
 * The error itself is its member `error`, which is left out when the object is copied or
 * printed.
 */
export interface MappingFailure {
  readonly category: "ExpressionError" | "ActionError";
  readonly message: string;
  readonly path?: string | undefined;
  readonly error: ExpressionError;
}

/** What looking a secret up gave. */
type Outcome = { readonly value: unknown } | { readonly error: string };

/** Every member of a mapping resolved; null if there is no mapping. */
export async function resolveInputMapping(
  mapping: Readonly<Record<string, unknown>> | null | undefined,
  options: MappingResolverOptions,
): Promise<Record<string, unknown> | null> {
  if (!mapping) {
    return null;
  }
  const secrets = await lookUp(mapping, false, options);
  const decision = decide("mapping", { mapping, secrets, ...surroundings(options) });
  return settle(decision, true, options.redactionPaths) as Record<string, unknown>;
}

/** A value resolved; `path` is the JSON pointer of its place, if it has one. */
export async function resolveMappingValue(
  value: unknown,
  options: MappingResolverOptions,
  path?: string,
): Promise<unknown> {
  const secrets = await lookUp(value, true, options);
  const decision = decide("value", { value, path, secrets, ...surroundings(options) });
  return settle(decision, true, options.redactionPaths);
}

/** A value with all its expressions evaluated; secrets stay as they are. */
export async function resolveExpressions(value: unknown, context: unknown): Promise<unknown> {
  return settle(decide("expressions", { value, context, now: Date.now() }), false);
}

/** An object whose dotted keys are made into nested objects. The argument is not changed. */
export function expandDottedKeys(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return settle(decide("expand", { value }), false) as Record<string, unknown>;
}

function surroundings({ expressionContext }: MappingResolverOptions): Record<string, unknown> {
  return { context: expressionContext, now: Date.now() };
}

/** What each secret in `value` is, by name; undefined if there is nobody to ask. */
async function lookUp(
  value: unknown,
  root: boolean,
  { secretResolver, workflowRunId }: MappingResolverOptions,
): Promise<Record<string, Outcome> | undefined> {
  if (secretResolver === undefined) {
    return undefined;
  }
  const names = settle(decide("secrets", { value, root }), false) as readonly string[];
  // An ordinary object would take the name `__proto__` for its prototype.
  const outcomes = Object.create(null) as Record<string, Outcome>;
  for (const name of names) {
    outcomes[name] = await outcomeOf(secretResolver, name, workflowRunId);
  }
  return outcomes;
}

async function outcomeOf(
  resolver: SecretResolver,
  name: string,
  workflowRunId: string | undefined,
): Promise<Outcome> {
  try {
    const value: unknown = await resolver.resolve(name, workflowRunId);
    return value === undefined ? { error: "the resolver gave no value" } : { value };
  } catch (cause) {
    return { error: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** The answer, or its failure thrown in the shape that callers of mappings look for. */
function settle(decision: Decision, placed: boolean, redactionPaths?: string[]): unknown {
  const { ok, error, steps, bytes, redactionPaths: found = [] } = decision;
  if (error === undefined) {
    redactionPaths?.push(...found);
    return ok;
  }
  const cost = steps === undefined || bytes === undefined ? undefined : { steps, bytes };
  const cause = new ExpressionError(error, cost);
  const { category, message, path } = error;
  if (category === undefined) {
    throw cause;
  }
  const failure = placed ? { category, message, path } : { category, message };
  throw Object.defineProperty(failure, "error", { value: cause });
}
