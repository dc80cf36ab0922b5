/**
 * Mappings: values with expressions and secrets in them → plain values.
 *
 * The module resolves. It cannot look a secret up, so it is asked first which secrets there
 * are, and is then told what each look-up gave.
 */
import {
  expandDottedKeys as expand,
  MappingError,
  resolveExpressions as resolve,
  resolveMapping,
  resolveValue,
  type Resolved,
  type SecretOutcome,
  secretsOfMapping,
  secretsOfValue,
} from "./contract.js";
import { ExpressionError } from "./errors.js";
import { toJsonText } from "./transport.js";

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
  /** JSON pointers of where secrets stand are added to it, also when the mapping fails. */
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
  readonly error: MappingError;
}

/** Every member of a mapping resolved; null if there is no mapping. */
export async function resolveInputMapping(
  mapping: Readonly<Record<string, unknown>> | null | undefined,
  options: MappingResolverOptions,
): Promise<Record<string, unknown> | null> {
  if (!mapping) {
    return null;
  }
  const secrets = await lookUp(secretsOfMapping, mapping, options);
  return resolved(options, () =>
    resolveMapping(mapping, { ...surroundings(options), secrets }),
  ) as Record<string, unknown>;
}

/** A value resolved; `path` is the JSON pointer of its place, if it has one. */
export async function resolveMappingValue(
  value: unknown,
  options: MappingResolverOptions,
  path?: string,
): Promise<unknown> {
  if (value === undefined) {
    return undefined;
  }
  const secrets = await lookUp(secretsOfValue, value, options);
  return resolved(options, () =>
    resolveValue(value, { ...surroundings(options), secrets, path }),
  );
}

/** A value with all its expressions evaluated; secrets stay as they are. */
export async function resolveExpressions(value: unknown, context: unknown): Promise<unknown> {
  if (value === undefined) {
    return undefined;
  }
  return plainly(["category", "message"], () => resolve(value, { context, now: Date.now() }));
}

/** An object whose dotted keys are made into nested objects. The argument is not changed. */
export function expandDottedKeys(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return expand(value);
}

function surroundings({ expressionContext }: MappingResolverOptions): {
  context: unknown;
  now: number;
} {
  return { context: expressionContext, now: Date.now() };
}

/** What each secret is, by name; undefined if there is nobody to ask. */
async function lookUp<T>(
  secretsOf: (value: T) => readonly string[],
  value: T,
  { secretResolver, workflowRunId }: MappingResolverOptions,
): Promise<Record<string, SecretOutcome> | undefined> {
  if (secretResolver === undefined) {
    return undefined;
  }
  // An ordinary object would take the name `__proto__` for its prototype.
  const outcomes = Object.create(null) as Record<string, SecretOutcome>;
  for (const name of secretsOf(value)) {
    outcomes[name] = await outcomeOf(secretResolver, name, workflowRunId);
  }
  return outcomes;
}

async function outcomeOf(
  resolver: SecretResolver,
  name: string,
  workflowRunId: string | undefined,
): Promise<SecretOutcome> {
  try {
    const value: unknown = await resolver.resolve(name, workflowRunId);
    // What cannot cross is a failure of this secret, which the module reports in its turn.
    const json = toJsonText(value, "secret");
    return json === undefined ? { error: "the resolver gave no value" } : { value };
  } catch (cause) {
    return { error: messageOf(cause) };
  }
}

/** What was thrown, in words; it can be anything. */
function messageOf(cause: unknown): string {
  const text: unknown = cause instanceof Error ? cause.message : cause;
  try {
    return String(text);
  } catch {
    return "the resolver threw what has no text";
  }
}

function resolved({ redactionPaths }: MappingResolverOptions, run: () => Resolved): unknown {
  const redacting = (): Resolved => {
    try {
      return run();
    } catch (error) {
      // Secrets that were resolved before the failure must not show in its log either.
      if (error instanceof ExpressionError) {
        redactionPaths?.push(...error.redactionPaths);
      }
      throw error;
    }
  };
  const { value, redactionPaths: found } = plainly(["category", "message", "path"], redacting);
  redactionPaths?.push(...found);
  return value;
}

/** Runs `run`; the failure of a mapping is thrown as a plain object with those members. */
function plainly<T>(members: readonly (keyof MappingError)[], run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof MappingError)) {
      throw error;
    }
    const failure = Object.fromEntries(members.map((name) => [name, error[name]]));
    throw Object.defineProperty(failure, "error", { value: error });
  }
}
