// A small interpreter of workflow definitions. Every decision in it is an expression, and
// workflow-expr is the only thing that evaluates one.
import { condition, continueAsNew, defineSignal, setHandler, sleep } from "@temporalio/workflow";
import { type EngineOptions, workflowEngine } from "workflow-expr/temporal";

/** A step: what is done if `when` holds, in the order of the members. */
export interface Step {
  readonly when?: string;
  /** Milliseconds to wait. */
  readonly delay?: string;
  /** Waits for an event for which this holds; it is then `vars.event`. */
  readonly event?: string;
  /** Variables and what they become. */
  readonly assign?: Readonly<Record<string, string>>;
  /** Starts again with the variables as payload, if this holds. */
  readonly again?: string;
}

/** What a run is started with. */
export interface Input {
  readonly steps: readonly Step[];
  readonly payload: unknown;
  readonly engine?: EngineOptions;
}

export const eventSignal = defineSignal<[unknown]>("event");

/** Runs a definition; its result is the variables. */
export async function interpret(input: Input): Promise<Record<string, unknown>> {
  const events: unknown[] = [];
  setHandler(eventSignal, (event) => {
    events.push(event);
  });
  const engine = await workflowEngine(input.engine);
  const vars: Record<string, unknown> = {};
  const evaluate = (source: string, more: object = {}): unknown =>
    engine.evaluate(source, { payload: input.payload, vars, ...more });
  for (const { when, delay, event, assign = {}, again } of input.steps) {
    if (when !== undefined && evaluate(when) !== true) {
      continue;
    }
    if (delay !== undefined) {
      await sleep(evaluate(delay) as number);
    }
    if (event !== undefined) {
      const wanted = (): number => events.findIndex((one) => evaluate(event, { event: one }) === true);
      await condition(() => wanted() >= 0);
      vars["event"] = events.splice(wanted(), 1)[0];
    }
    for (const [name, source] of Object.entries(assign)) {
      vars[name] = evaluate(source);
    }
    if (again !== undefined && evaluate(again) === true) {
      await continueAsNew<typeof interpret>({ ...input, payload: vars });
    }
  }
  return vars;
}
