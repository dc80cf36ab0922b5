/** The workflow: a definition, run from its first step to its last. */
import { continueAsNew, defineSignal, setHandler, workflowInfo } from "@temporalio/workflow";
import type { Scopes, WaitSignal } from "workflow-expr/contract";
import { type EngineOptions, workflowEngine } from "workflow-expr/temporal";
import type { Definition } from "./definition.js";
import { Inbox, type InboxData } from "./inbox.js";
import { Interpreter } from "./interpreter.js";
import { RunScopes } from "./scopes.js";

/** Steps of a run before it continues as new, so that no history grows without end. */
const STEPS_OF_A_RUN = 250;

/** What a run is started with. */
export interface RunInput {
  readonly definition: Definition;
  readonly payload?: unknown;
  readonly engine?: EngineOptions;
  readonly stepsOfARun?: number;
  /** Where the run before this one left off. */
  readonly checkpoint?: Checkpoint;
}

/** Everything that a run hands on. */
export interface Checkpoint {
  readonly next: number;
  readonly scopes: Scopes;
  readonly inbox: InboxData;
}

/** An event, with the keys by which waits find it. */
export const eventSignal = defineSignal<[WaitSignal]>("event");

/** Runs a definition; its result is the variables. */
export async function runDefinition(input: RunInput): Promise<unknown> {
  const { definition, checkpoint, stepsOfARun = STEPS_OF_A_RUN } = input;
  // Before anything is awaited: a signal may come with the first task of a run.
  const inbox = new Inbox(checkpoint?.inbox);
  setHandler(eventSignal, (signal) => inbox.add(signal));

  const engine = await workflowEngine(input.engine);
  const scopes = new RunScopes(engine, checkpoint?.scopes ?? firstScopes(input));
  const interpreter = new Interpreter(engine, scopes, inbox);
  for (let at = checkpoint?.next ?? 0; at < definition.steps.length; at++) {
    if (interpreter.steps >= stepsOfARun) {
      const handedOn = { next: at, scopes: scopes.data, inbox: inbox.data };
      await continueAsNew<typeof runDefinition>({ ...input, checkpoint: handedOn });
    }
    if ((await interpreter.run(definition.steps[at]!, `root.steps[${at}]`)) === "return") {
      break;
    }
  }
  return scopes.data.vars;
}

function firstScopes({ definition, payload = {} }: RunInput): Scopes {
  const { workflowId: runId } = workflowInfo();
  const meta = { runId, workflowId: definition.id, workflowVersion: definition.version };
  return { payload, vars: {}, system: {}, meta };
}
