/** What a run has done outside of itself. */
import { ApplicationFailure } from "@temporalio/activity";
import type { SecretOutcome } from "workflow-expr/contract";

/** A call of an action. */
export interface ActionCall {
  readonly actionId: string;
  readonly version: number;
  /** The resolved mapping; null if the step has none. */
  readonly input: unknown;
}

/** An action: from its input to its result, both of which JSON can hold. */
export type Action = (input: unknown) => unknown;

/** The activities of the interpreter. */
export interface Activities {
  callAction(call: ActionCall): Promise<unknown>;
  /**
   * What each secret is, or why it could not be had: the module decides what follows.
   *
   * Results of activities stand in the history. Give the worker and the clients a payload
   * codec that encrypts, as for anything secret that a workflow holds.
   */
  lookUpSecrets(names: readonly string[]): Promise<Record<string, SecretOutcome>>;
}

/** What the activities need to know. */
export interface Resources {
  /** Actions by id and version, such as `ticket.assign@1`. */
  readonly actions: Readonly<Record<string, Action>>;
  /** Secrets by name. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** The activities over actions and secrets. */
export function activities({ actions, secrets }: Resources): Activities {
  return {
    async callAction({ actionId, version, input }) {
      const name = `${actionId}@${version}`;
      const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
      if (action === undefined) {
        throw ApplicationFailure.nonRetryable(`unknown action ${name}`, "ActionError");
      }
      return action(input);
    },
    async lookUpSecrets(names) {
      return Object.fromEntries(
        names.map((name): [string, SecretOutcome] => {
          const value = secrets.get(name);
          return [name, value === undefined ? { error: `no such secret ${name}` } : { value }];
        }),
      );
    },
  };
}
