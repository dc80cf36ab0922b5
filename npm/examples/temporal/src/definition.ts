/** Workflow definitions: what an author writes, and what interpreter.ts runs. */
import type { Expr, WaitFilter } from "workflow-expr/contract";

/** A whole workflow. Expressions see the scopes of scopes.ts. */
export interface Definition {
  readonly id: string;
  readonly version: number;
  readonly steps: readonly Step[];
}

/** Expressions by the path that their value is written to, such as `vars.total`. */
export type Assign = Readonly<Record<string, Expr>>;

/** Goes one of two ways. */
export interface IfStep {
  readonly id: string;
  readonly type: "control.if";
  readonly condition: Expr;
  readonly then: readonly Step[];
  readonly else?: readonly Step[];
}

/** Runs its body for one item after another; `local` has the item. */
export interface ForEachStep {
  readonly id: string;
  readonly type: "control.forEach";
  readonly items: Expr;
  readonly itemVar: string;
  readonly body: readonly Step[];
  readonly onItemError?: "continue" | "fail";
}

/** Runs `catch` if one of the steps in `try` fails; `error` then says with what. */
export interface TryCatchStep {
  readonly id: string;
  readonly type: "control.tryCatch";
  readonly try: readonly Step[];
  readonly catch: readonly Step[];
  readonly captureErrorAs?: string;
}

/** Ends the run. */
export interface ReturnStep {
  readonly id: string;
  readonly type: "control.return";
}

/** Waits for an event that has the key and passes the filters. */
export interface EventWaitStep {
  readonly id: string;
  readonly type: "event.wait";
  readonly config: {
    readonly eventName: string;
    readonly correlationKey: Expr;
    readonly filters?: readonly WaitFilter[];
    readonly timeoutMs?: number;
    readonly assign?: Assign;
  };
}

/** Waits for a time to pass, or until a moment that an expression gives as ISO text. */
export interface TimeWaitStep {
  readonly id: string;
  readonly type: "time.wait";
  readonly config:
    | { readonly mode: "duration"; readonly durationMs: number; readonly assign?: Assign }
    | { readonly mode: "until"; readonly until: Expr; readonly assign?: Assign };
}

/** Calls an action of the host with values, expressions and secrets in its input. */
export interface ActionStep {
  readonly id: string;
  readonly type: "action.call";
  readonly config: {
    readonly actionId: string;
    readonly version: number;
    readonly inputMapping?: Readonly<Record<string, unknown>>;
    /** The path that the result is written to. */
    readonly saveAs?: string;
  };
}

/** Writes to the scopes. */
export interface AssignStep {
  readonly id: string;
  readonly type: "transform.assign";
  readonly config: { readonly assign: Assign };
}

export type Step =
  | IfStep
  | ForEachStep
  | TryCatchStep
  | ReturnStep
  | EventWaitStep
  | TimeWaitStep
  | ActionStep
  | AssignStep;
