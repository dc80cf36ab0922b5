/** What a service does with runs: it publishes definitions, starts runs and sends events. */
import type { Client, WorkflowHandleWithFirstExecutionRunId } from "@temporalio/client";
import { type CorrelationRules, resolveCorrelation } from "workflow-expr/contract";
import { checkDefinition } from "workflow-expr/publish";
import type { Definition } from "./definition.js";
import { eventSignal, runDefinition, type RunInput } from "./workflows.js";

export const TASK_QUEUE = "workflow-definitions";

/** Something that happened. */
export interface WorkflowEvent {
  readonly eventId: string;
  readonly eventName: string;
  readonly payload: unknown;
  /** The key, where the sender knows it; else rules derive keys from the payload. */
  readonly correlationKey?: string;
}

/** A definition that is fit to run; throws with all that is wrong with it. */
export function published(definition: Definition, rules?: CorrelationRules): Definition {
  const { valid, diagnostics } = checkDefinition(definition, { rules });
  if (!valid) {
    const problems = diagnostics.map(({ code, pointer, message }) => `${code} at ${pointer}: ${message}`);
    throw new Error(`this definition cannot be published\n${problems.join("\n")}`);
  }
  return definition;
}

/** Starts a run. */
export function startRun(
  client: Client,
  workflowId: string,
  input: RunInput,
): Promise<WorkflowHandleWithFirstExecutionRunId<typeof runDefinition>> {
  return client.workflow.start(runDefinition, { taskQueue: TASK_QUEUE, workflowId, args: [input] });
}

/** Sends an event to a run, with all the keys by which a wait may look for it. */
export async function sendEvent(
  client: Client,
  workflowId: string,
  { eventId, eventName, payload, correlationKey: explicit }: WorkflowEvent,
  rules?: CorrelationRules,
): Promise<void> {
  const { key, keys } = resolveCorrelation({ eventName, payload, explicit, rules });
  await client.workflow.getHandle(workflowId).signal(eventSignal, {
    eventId,
    eventName,
    correlationKey: key,
    correlationKeys: keys,
    payload,
    receivedAt: new Date().toISOString(),
  });
}
