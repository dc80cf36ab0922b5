/**
 * The decisions of the workflow contract around expressions: mappings, assignments,
 * correlation, waits, the authority of operators, cancelling, ingress, and the check of
 * whole definitions.
 *
 * Each function sends its arguments to the module and returns what it decides; nothing
 * is decided here. docs/wire.md says what every member means.
 */
import { exchange } from "./engine.js";
import { argumentError, type Cost, type ErrorDetails, ExpressionError } from "./errors.js";
import type { Estimate, Limits } from "./request.js";
import { type Instant, toMilliseconds } from "./time.js";
import { checkedJsonText, toJsonText } from "./transport.js";

/** An expression inside a document. */
export interface Expr {
  readonly $expr: string;
}

/** What expressions of a decision are given besides their context. */
export interface DecideOptions {
  /** What the clock says; reading a clock that was not given is an error. */
  readonly now?: Instant | undefined;
  /** What all expressions of the decision together may use up. */
  readonly limits?: Limits | undefined;
}

/** What a resolver said about a secret. */
export type SecretOutcome = { readonly value: unknown } | { readonly error: string };

/** A mapping that could not be resolved. */
export class MappingError extends ExpressionError {
  /** Whether an expression failed or what the host was asked for. */
  readonly category: "ExpressionError" | "ActionError";
  /** JSON pointer of the value, where it has one. */
  readonly path: string | undefined;

  constructor(details: MappingErrorDetails, cost?: Cost, redactionPaths?: readonly string[]) {
    super(details, cost, redactionPaths);
    this.category = details.category;
    this.path = details.path;
  }
}

/** A mapping error as it travels. */
export interface MappingErrorDetails extends ErrorDetails {
  readonly category: "ExpressionError" | "ActionError";
  readonly path?: string;
}

/** A resolved value and where secrets stand in it. */
export interface Resolved extends Cost {
  readonly value: unknown;
  /** JSON pointers of what logs must not show. */
  readonly redactionPaths: readonly string[];
}

/** What is resolved over, and with which secrets. */
export interface MappingOptions extends DecideOptions {
  readonly context?: unknown;
  /** The outcome of every secret by name; absent means that there is no resolver. */
  readonly secrets?: Readonly<Record<string, SecretOutcome>> | undefined;
}

/** The scopes of a run. */
export interface Scopes {
  readonly payload?: unknown;
  readonly vars?: unknown;
  readonly local?: unknown;
  readonly system?: unknown;
  readonly meta?: unknown;
  readonly error?: unknown;
}

/** The scopes that an assignment can change. */
export type WrittenScopes = Pick<Scopes, "payload" | "vars" | "local">;

/** What is written to scopes. */
export interface Assignments {
  /** Data by path, written first and never evaluated. */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
  /** Expressions by path, each of which sees what was written before it. */
  readonly assign?: Readonly<Record<string, Expr>> | undefined;
}

/** A way to derive a correlation key. */
export type CorrelationRule =
  | string
  | { readonly path: string; readonly required?: boolean }
  | { readonly $expr: string; readonly required?: boolean };

/** The rules of correlation: docs/correlation-rules.schema.json. */
export interface CorrelationRules {
  readonly version: 1;
  readonly events: Readonly<Record<string, readonly CorrelationRule[]>>;
}

/** Where rules come from; without either the contract's own hold. */
export interface RuleSource {
  readonly rules?: CorrelationRules | undefined;
  /** The text of the variable that the rules replace. */
  readonly legacyRules?: string | null | undefined;
}

/** An event to be correlated. */
export interface CorrelationInput extends RuleSource, DecideOptions {
  readonly eventName: string;
  readonly payload?: unknown;
  readonly explicit?: unknown;
}

/** By which keys waits find an event. */
export interface Correlation {
  readonly key: string | null;
  readonly keys: readonly string[];
  readonly source: "explicit" | "derived" | "missing";
  readonly detail: string;
  readonly ambiguous?: true;
}

/** Something wrong with rules. */
export interface RuleProblem {
  /** JSON pointer of the place. */
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
  /** What is wrong with an expression. */
  readonly error?: ErrorDetails;
}

/** A condition on the payload of a signal. */
export interface WaitFilter {
  readonly path: string;
  readonly op: string;
  readonly value?: unknown;
}

/** What a run waits for. */
export interface WaitDescriptor {
  readonly eventName: string;
  /** Null waits for any key. */
  readonly correlationKey: string | number | boolean | null;
  readonly filters?: readonly WaitFilter[] | undefined;
}

/** A signal as a run keeps it. */
export interface WaitSignal {
  readonly eventId: string | null;
  readonly eventName: string | null;
  readonly correlationKey: string | null;
  /** All keys of the event: a planned signal has them as `keys`. */
  readonly correlationKeys?: readonly string[];
  readonly payload: unknown;
  readonly receivedAt: string | null;
}

/** Which signal a wait takes, and why not the others. */
export interface WaitMatch {
  readonly index: number;
  readonly normalized: readonly WaitSignal[];
  readonly perFilter: readonly (readonly boolean[])[];
  readonly reasons: readonly (readonly (string | null)[])[];
  readonly mismatches: readonly (string | null)[];
  readonly filterSchemaValid: readonly boolean[];
}

/** The wait for which a run is paused; what it tells of itself must fit the request. */
export interface PausedWait {
  readonly type: string;
  readonly stepPath: string;
  readonly status?: string;
  readonly runId?: string;
  readonly tenant?: string;
}

/** What an operator wants to do to a run. */
export interface ActionRequest {
  readonly action: string;
  readonly engine?: string | null | undefined;
  readonly status?: string | null | undefined;
  readonly runId?: string | undefined;
  readonly tenant?: string | undefined;
  readonly nodePath?: string | null | undefined;
  readonly wait?: PausedWait | null | undefined;
  /** Unless this is known, a run is not resumed. */
  readonly quotaExhausted?: boolean | null | undefined;
}

/** A refusal as the API answers it. */
export interface Refusal {
  /** 409; 200 where a quota is exhausted, which is an answer and no conflict. */
  readonly status: 409 | 200;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Whether an action is allowed. The projection is never an operator's to change. */
export type ActionDecision =
  | { readonly allow: true; readonly via: "temporal"; readonly operation: string }
  | ({ readonly allow: false } & Refusal);

/** A step of the protocol of cancelling. */
export interface CancelStep {
  readonly state: "none" | "requested" | "accepted" | "closed" | "failed";
  readonly event: "request" | "accept" | "fail" | "close";
  readonly tenant: string;
  readonly runId: string;
  /** How Temporal says that the run closed. */
  readonly closeStatus?: "CANCELED" | "COMPLETED" | "FAILED" | "TERMINATED" | "TIMED_OUT" | undefined;
  readonly reason?: string | null | undefined;
  /** What the request failed with. */
  readonly error?: string | null | undefined;
}

/** The next state, and what may be written in one transaction. */
export interface CancelOutcome {
  readonly state: CancelStep["state"];
  readonly changed: boolean;
  readonly writes: readonly Readonly<Record<string, unknown>>[];
  readonly response?: Refusal;
}

/** An event that came in. */
export interface IngressEvent {
  readonly eventId: string;
  readonly eventName: string;
  readonly tenant: string;
  readonly payload?: unknown;
  readonly payloadSchemaRef?: string | null | undefined;
}

/** A wait that an event may be for. */
export interface WaitCandidate {
  readonly waitId: string;
  readonly runId: string;
  readonly tenant: string;
  readonly type: string;
  readonly eventName?: string | null | undefined;
  /** Null waits for any key. */
  readonly key?: string | number | boolean | null | undefined;
  readonly status?: string | null | undefined;
}

/** A workflow that an event may start. */
export interface LaunchCandidate {
  readonly workflowId: string;
  readonly version: number;
  readonly tenant: string;
  readonly eventName?: string | null | undefined;
  /** Why this version cannot be started by the event. */
  readonly problem?: string | null | undefined;
}

/** An event and everything that it may be for. A candidate that is malformed is refused alone. */
export interface IngressInput extends DecideOptions {
  readonly event: IngressEvent;
  readonly correlation: Correlation;
  readonly waits: readonly WaitCandidate[];
  readonly launches?: readonly LaunchCandidate[] | undefined;
  /**
   * The ids of signals that their run acknowledged, since it recorded the id and consumed or
   * buffered the event, and of launches that started.
   */
  readonly done?: readonly string[] | undefined;
  /** What can never succeed, such as a signal to a run that is gone: it is not planned again. */
  readonly failed?: readonly PermanentFailure[] | undefined;
}

/** A signal or launch that can never succeed. */
export interface PermanentFailure {
  /** Its id in the plan. */
  readonly id: string;
  /** What the audit says of it. */
  readonly reason: string;
}

/**
 * A signal to be sent; receivers drop an `id` that they have seen. Each wait takes an event at
 * most once, and one that a wait of a run consumed is not offered to a later wait of the run.
 */
export interface PlannedSignal {
  readonly id: string;
  readonly runId: string;
  readonly workflowId: string;
  readonly signal: string;
  /** The first key that finds one of the waits, else the event's first. */
  readonly key: string | null;
  /** All keys of the event. */
  readonly keys: readonly string[];
  readonly waitIds: readonly string[];
  readonly tenant: string;
}

/** A workflow to be started. */
export interface PlannedLaunch {
  readonly id: string;
  readonly workflowId: string;
  readonly version: number;
  readonly tenant: string;
}

/** A candidate that an event is not for, by its name, or by its place if it is malformed. */
export interface RefusedCandidate {
  readonly waitId?: string;
  readonly workflowId?: string;
  readonly pointer?: string;
  readonly reason: string;
}

/** What follows from an event. */
export interface IngressPlan {
  readonly state: "routed" | "done";
  readonly signals: readonly PlannedSignal[];
  readonly launches: readonly PlannedLaunch[];
  readonly refused: readonly RefusedCandidate[];
  readonly audit: Readonly<Record<string, unknown>>;
}

/** Something to know about a definition. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly message: string;
  readonly pointer: string;
  readonly stepId?: string;
  readonly stepPath?: string;
  readonly error?: ErrorDetails;
  readonly line?: number;
  readonly column?: number;
  readonly suggestion?: string;
}

/** What an expression of a definition will cost. */
export interface ExpressionEstimate extends Estimate {
  /** JSON pointer of the expression. */
  readonly pointer: string;
}

/** Everything to know about a definition. */
export interface DocumentCheck {
  readonly valid: boolean;
  readonly expressions: number;
  readonly diagnostics: readonly Diagnostic[];
  /** Of every expression that compiles, in the order in which they stand. */
  readonly estimates: readonly ExpressionEstimate[];
}

/** A function that authors may call. */
export interface FunctionInfo {
  readonly name: string;
  readonly signature: string;
  readonly description: string;
  readonly example: string;
  readonly result: string;
}

interface Reply extends Partial<Cost> {
  readonly ok?: unknown;
  readonly redactionPaths?: readonly string[];
  readonly error?: ErrorDetails & Partial<MappingErrorDetails>;
}

/** Resolves a mapping of input: an object, or nothing, which becomes null. */
export function resolveMapping(
  mapping: Readonly<Record<string, unknown>> | null | undefined,
  options: MappingOptions = {},
): Resolved {
  const { context, secrets } = options;
  return resolved(ask("mapping", { mapping: mapping ?? null, context, secrets }, options));
}

/** Resolves any value; `path` is the JSON pointer of its place, if it has one. */
export function resolveValue(
  value: unknown,
  options: MappingOptions & { readonly path?: string | undefined } = {},
): Resolved {
  const { context, secrets, path } = options;
  return resolved(ask("value", { value: value ?? null, path, context, secrets }, options));
}

/** Replaces every expression in a value; secrets stay as they are. */
export function resolveExpressions(
  value: unknown,
  options: DecideOptions & { readonly context?: unknown } = {},
): unknown {
  return ask("expressions", { value: value ?? null, context: options.context }, options).ok;
}

/** The names of the secrets in a mapping, in the order in which they are needed. */
export function secretsOfMapping(mapping: unknown): readonly string[] {
  return ask("secrets", { value: mapping ?? null, root: false }).ok as string[];
}

/** The names of the secrets in a value, which may be one itself. */
export function secretsOfValue(value: unknown): readonly string[] {
  return ask("secrets", { value: value ?? null }).ok as string[];
}

/** Makes dotted keys into nested objects. */
export function expandDottedKeys(
  value: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return ask("expand", { value }).ok as Record<string, unknown>;
}

/** Writes to the scopes of a run; the result has those that were given or written. */
export function assignScopes(
  scopes: Scopes,
  { values, assign }: Assignments,
  options?: DecideOptions,
): WrittenScopes {
  return ask("assign", { scopes, values, assign }, options).ok as WrittenScopes;
}

/** By which keys waits find an event. */
export function resolveCorrelation(input: CorrelationInput): Correlation {
  const { eventName, payload, explicit, rules, legacyRules } = input;
  const members = { eventName, payload, explicit, rules, legacyRules };
  return ask("correlation", members, input).ok as Correlation;
}

/** Everything that is wrong with rules of correlation. */
export function checkCorrelationRules(rules: unknown): readonly RuleProblem[] {
  const { problems } = ask("rules", { rules: rules ?? null }).ok as {
    readonly problems: readonly RuleProblem[];
  };
  return problems;
}

/** Which of the signals, in the order of their arrival, a wait takes. */
export function matchWait(
  descriptor: WaitDescriptor,
  signals: readonly unknown[],
  options?: DecideOptions,
): WaitMatch {
  return ask("waitMatch", { descriptor, signals }, options).ok as WaitMatch;
}

/** Everything that is wrong with the configuration of an `event.wait`. */
export function validateWait(config: unknown): readonly string[] {
  const { errors } = ask("waitConfig", { config }).ok as { readonly errors: readonly string[] };
  return errors;
}

/** Whether an operator may act on a run, and through whom. */
export function decideAction(request: ActionRequest): ActionDecision {
  return ask("authority", { ...request }).ok as ActionDecision;
}

/** Takes a step of the protocol of cancelling. */
export function stepCancel(step: CancelStep): CancelOutcome {
  return ask("cancel", { ...step }).ok as CancelOutcome;
}

/** Plans what follows from an event. */
export function planIngress(input: IngressInput): IngressPlan {
  const { event, correlation, waits, launches, done, failed } = input;
  const members = { event, correlation, waits, launches, done, failed };
  return ask("ingress", members, input).ok as IngressPlan;
}

/** Everything to know about a workflow definition, in one call. */
export function checkDocument(definition: object, rules: RuleSource = {}): DocumentCheck {
  return ask("document", { definition, ...rules }).ok as DocumentCheck;
}

/** Every violation of the contract in a source; none means that it is valid. */
export function violations(source: string): readonly ErrorDetails[] {
  const request = `{"v":1,"all":true,"source":${toJsonText(source, "source") ?? "null"}}`;
  const reply = JSON.parse(exchange(request, (wasm, length) => wasm.validate(length))) as {
    readonly errors?: readonly ErrorDetails[];
    readonly error?: ErrorDetails;
  };
  return reply.errors ?? (reply.error === undefined ? [] : [reply.error]);
}

/** The functions that authors may call. */
export function listFunctions(): readonly FunctionInfo[] {
  const { functions } = ask("functions", {}).ok as {
    readonly functions: readonly FunctionInfo[];
  };
  return functions;
}

/** Sends a request of `decide` as text and returns the text of the result, for tools. */
export function decideJson(request: string): string {
  return exchange(checkedJsonText(request), (wasm, length) => wasm.decide(length));
}

function ask(
  name: string,
  members: Readonly<Record<string, unknown>>,
  { now, limits }: DecideOptions = {},
): Reply {
  let request = "{";
  const add = (member: string, value: unknown): void => {
    const json = toJsonText(value, member);
    request += json === undefined ? "" : `${JSON.stringify(member)}:${json},`;
  };
  for (const [member, value] of Object.entries(members)) {
    add(member, value);
  }
  add("now", now === undefined ? undefined : toMilliseconds(now));
  add("limits", limits);
  // Last, since the last of equal names counts: a caller's object may hold any names.
  request += `"v":1,"ask":"${name}"}`;
  const reply = JSON.parse(exchange(request, (wasm, length) => wasm.decide(length))) as Reply;
  if (reply.error !== undefined) {
    throw failure(reply.error, reply);
  }
  return reply;
}

function failure(
  error: NonNullable<Reply["error"]>,
  { steps, bytes = 0, redactionPaths }: Reply,
): ExpressionError {
  const cost = steps === undefined ? undefined : { steps, bytes };
  const { category } = error;
  return category === undefined
    ? new ExpressionError(error, cost, redactionPaths)
    : new MappingError({ ...error, category }, cost, redactionPaths);
}

function resolved({ ok, redactionPaths = [], steps = 0, bytes = 0 }: Reply): Resolved {
  if (ok === undefined) {
    throw argumentError("the module gave no value", "report this as a bug");
  }
  return { value: ok, redactionPaths, steps, bytes };
}
