/** Runs the steps of a definition. Whatever has to be decided, the engine decides. */
import { proxyActivities, sleep } from "@temporalio/workflow";
import type { WorkflowEngine } from "workflow-expr/temporal";
import type { Activities } from "./activities.js";
import type {
  ActionStep,
  EventWaitStep,
  ForEachStep,
  IfStep,
  Step,
  TimeWaitStep,
  TryCatchStep,
} from "./definition.js";
import { failure, isCatchable, stepError } from "./failures.js";
import type { Inbox } from "./inbox.js";
import type { RunScopes } from "./scopes.js";

const { callAction, lookUpSecrets } = proxyActivities<Activities>({
  startToCloseTimeout: "1 minute",
  retry: { maximumAttempts: 3, initialInterval: "100 ms" },
});

/** Whether the definition goes on after a step, or has returned. */
export type Flow = "next" | "return";

export class Interpreter {
  /** Steps that were begun, the ones inside of others too. */
  steps = 0;
  readonly #engine: WorkflowEngine;
  readonly #scopes: RunScopes;
  readonly #inbox: Inbox;
  /** Where the step is that failed, for `error`. */
  #path = "";

  constructor(engine: WorkflowEngine, scopes: RunScopes, inbox: Inbox) {
    this.#engine = engine;
    this.#scopes = scopes;
    this.#inbox = inbox;
  }

  /** Runs a step and all that is inside of it; `path` is its place in the definition. */
  async run(step: Step, path: string): Promise<Flow> {
    this.steps += 1;
    this.#path = path;
    switch (step.type) {
      case "control.if":
        return this.#choose(step, path);
      case "control.forEach":
        return this.#repeat(step, path);
      case "control.tryCatch":
        return this.#attempt(step, path);
      case "control.return":
        return "return";
      case "event.wait":
        await this.#waitForEvent(step);
        return "next";
      case "time.wait":
        await this.#waitForTime(step);
        return "next";
      case "action.call":
        await this.#act(step);
        return "next";
      case "transform.assign":
        this.#scopes.assign(step.config);
        return "next";
      default:
        throw failure("ValidationError", `unknown type of step: ${(step as Step).type}`);
    }
  }

  async #block(steps: readonly Step[], path: string): Promise<Flow> {
    for (const [at, step] of steps.entries()) {
      if ((await this.run(step, `${path}.steps[${at}]`)) === "return") {
        return "return";
      }
    }
    return "next";
  }

  async #choose(step: IfStep, path: string): Promise<Flow> {
    const holds = this.#scopes.evaluate(step.condition.$expr);
    if (typeof holds !== "boolean") {
      throw failure("ExpressionError", "control.if condition must evaluate to a boolean");
    }
    return holds
      ? this.#block(step.then, `${path}.then`)
      : this.#block(step.else ?? [], `${path}.else`);
  }

  async #repeat(step: ForEachStep, path: string): Promise<Flow> {
    const items = this.#scopes.evaluate(step.items.$expr);
    if (!Array.isArray(items)) {
      throw failure("ExpressionError", "control.forEach items must evaluate to an array");
    }
    for (const item of items as unknown[]) {
      const local = { ...(this.#scopes.data.local as object), [step.itemVar]: item };
      const body = (): Promise<Flow> => this.#block(step.body, `${path}.body`);
      try {
        if ((await this.#scopes.within({ local }, body)) === "return") {
          return "return";
        }
      } catch (thrown) {
        if (step.onItemError !== "continue" || !isCatchable(thrown)) {
          throw thrown;
        }
      }
    }
    return "next";
  }

  async #attempt(step: TryCatchStep, path: string): Promise<Flow> {
    try {
      return await this.#block(step.try, `${path}.try`);
    } catch (thrown) {
      if (!isCatchable(thrown)) {
        throw thrown;
      }
      const error = stepError(thrown, this.#path);
      return this.#scopes.within({ error }, async () => {
        if (step.captureErrorAs !== undefined) {
          this.#scopes.assign({ values: { [step.captureErrorAs]: error } });
        }
        return this.#block(step.catch, `${path}.catch`);
      });
    }
  }

  async #waitForEvent({ config }: EventWaitStep): Promise<void> {
    const [problem] = this.#engine.validateWait(config);
    if (problem !== undefined) {
      throw failure("ValidationError", problem);
    }
    const { eventName, filters, timeoutMs, assign } = config;
    const correlationKey = this.#scopes.evaluate(config.correlationKey.$expr) as string | null;
    const timeoutAt = timeoutMs === undefined ? null : new Date(Date.now() + timeoutMs).toISOString();
    const descriptor = { eventName, correlationKey, filters };
    const signal = await this.#inbox.take(this.#engine, descriptor, timeoutMs);
    if (signal === undefined) {
      const details = { eventName, correlationKey, timeoutAt };
      throw failure("TimeoutError", `event.wait timed out waiting for ${eventName}`, details);
    }
    const values = { "vars.event": signal.payload, "vars.eventName": eventName };
    this.#scopes.assign({ values, assign });
  }

  async #waitForTime({ config }: TimeWaitStep): Promise<void> {
    await sleep(config.mode === "duration" ? config.durationMs : this.#until(config.until.$expr));
    this.#scopes.assign({ assign: config.assign });
  }

  /** Milliseconds until a moment; none if it has passed. */
  #until(source: string): number {
    const moment = this.#scopes.evaluate(source);
    const milliseconds = typeof moment === "string" ? Date.parse(moment) : Number.NaN;
    if (Number.isNaN(milliseconds)) {
      throw failure("ExpressionError", "time.wait until must evaluate to ISO text");
    }
    return Math.max(0, milliseconds - Date.now());
  }

  async #act({ config }: ActionStep): Promise<void> {
    const { actionId, version, inputMapping, saveAs } = config;
    const { context } = this.#scopes;
    const names = this.#engine.secretsOfMapping(inputMapping);
    const secrets = names.length === 0 ? {} : await lookUpSecrets(names);
    const { value: input } = this.#engine.resolveMapping(inputMapping, { context, secrets });
    const result = await callAction({ actionId, version, input });
    if (saveAs !== undefined) {
      this.#scopes.assign({ values: { [saveAs]: result ?? null } });
    }
  }
}
