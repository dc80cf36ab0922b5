/** What an expression, a context or an option can be refused for. */

/** What kind of failure it is; callers branch on this before they look at `code`. */
export type ErrorClass =
  | "syntax"
  | "lambda"
  | "dynamic-call"
  | "apply"
  | "disallowed-function"
  | "helper-rebinding"
  | "evaluation"
  | "not-serializable"
  | "too-large"
  | "budget"
  | "transport"
  | "wire"
  | "host";

/** UTF-16 offsets in the source as it was authored, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** An error as it travels: the members of ERROR in docs/wire.md. */
export interface ErrorDetails {
  readonly class: ErrorClass;
  readonly code: string;
  readonly message: string;
  readonly position?: number;
  readonly token?: string | number | boolean;
  readonly span?: Span;
  readonly line?: number;
  readonly column?: number;
  readonly help?: string;
  readonly suggestion?: string;
}

/** What an evaluation used up, also when it failed. */
export interface Cost {
  /** Steps as docs/steps.md defines them: the same number on every host. */
  readonly steps: number;
  /** Bytes of values built, by the table in docs/steps.md. */
  readonly bytes: number;
}

/** The one error that this package throws, apart from what a caller's own getters throw. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  readonly class: ErrorClass;
  /** A stable code, such as `T2001`; published codes never change their meaning. */
  readonly code: string;
  /** UTF-16 offset in the normalized text, as the contract counts it. */
  readonly position: number | undefined;
  readonly token: string | number | boolean | undefined;
  /** Where the error is in the text as it was authored. */
  readonly span: Span | undefined;
  /** Line of `span.start`, from 1. */
  readonly line: number | undefined;
  /** Column of `span.start` in UTF-16 units, from 1. */
  readonly column: number | undefined;
  /** What to do about it. */
  readonly help: string | undefined;
  /** The nearest allowed name, of a disallowed function. */
  readonly suggestion: string | undefined;
  /** What the evaluation had used up; absent where nothing was evaluated. */
  readonly cost: Cost | undefined;
  /**
   * Of a mapping that failed, JSON pointers of the secrets that were resolved before: what
   * a log of the failure must not show. Empty elsewhere.
   */
  readonly redactionPaths: readonly string[];

  constructor(details: ErrorDetails, cost?: Cost, redactionPaths: readonly string[] = []) {
    super(details.message);
    this.class = details.class;
    this.code = details.code;
    this.position = details.position;
    this.token = details.token;
    this.span = details.span;
    this.line = details.line;
    this.column = details.column;
    this.help = details.help;
    this.suggestion = details.suggestion;
    this.cost = cost;
    this.redactionPaths = redactionPaths;
  }
}

/** A live value that JSON cannot carry, with the path that leads to it. */
export function transportError(message: string, help: string): ExpressionError {
  return new ExpressionError({ class: "transport", code: "W0201", message, help });
}

/** An argument of a call that does not mean anything. */
export function argumentError(message: string, help: string): ExpressionError {
  return new ExpressionError({ class: "wire", code: "W0202", message, help });
}

/** The module stopped where only a bug, or the host itself, can have stopped it. */
export function hostError(cause: unknown): ExpressionError {
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new ExpressionError({
    class: "host",
    code: "X0201",
    message: `the WebAssembly module was stopped: ${reason}`,
    help: "the next call starts a fresh instance; report this if the expression is to blame",
  });
}
