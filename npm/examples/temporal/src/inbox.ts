/** Events that were sent to a run, until a step takes them. */
import { CancellationScope, condition, sleep } from "@temporalio/workflow";
import type { WaitDescriptor, WaitSignal } from "workflow-expr/contract";
import type { WorkflowEngine } from "workflow-expr/temporal";

/** An inbox as plain data, for the run that continues this one: nothing that came is lost. */
export interface InboxData {
  readonly signals: readonly WaitSignal[];
  readonly seen: readonly string[];
}

export class Inbox {
  readonly #signals: WaitSignal[];
  readonly #seen: Set<string>;
  #arrivals = 0;

  constructor({ signals, seen }: InboxData = { signals: [], seen: [] }) {
    this.#signals = [...signals];
    this.#seen = new Set(seen);
  }

  get data(): InboxData {
    return { signals: this.#signals, seen: [...this.#seen] };
  }

  /** Keeps a signal, unless its event was here before: whoever sends may have to try again. */
  add(signal: WaitSignal): void {
    const { eventId } = signal;
    if (eventId !== null && this.#seen.has(eventId)) {
      return;
    }
    if (eventId !== null) {
      this.#seen.add(eventId);
    }
    this.#signals.push(signal);
    this.#arrivals += 1;
  }

  /**
   * Takes the first signal that a wait is for; undefined if none came in time.
   *
   * Which one that is, only the module decides. It is asked outside of `condition`, since
   * a failure inside would fail the workflow task, and not the step.
   */
  async take(
    engine: WorkflowEngine,
    descriptor: WaitDescriptor,
    timeoutMs: number | undefined,
  ): Promise<WaitSignal | undefined> {
    let late = false;
    const timer = new CancellationScope();
    if (timeoutMs !== undefined) {
      void timer.run(() => sleep(timeoutMs)).then(
        () => (late = true),
        // The timer was cancelled below, or with the whole run.
        () => undefined,
      );
    }
    try {
      for (;;) {
        const { index } = engine.matchWait(descriptor, this.#signals);
        if (index >= 0) {
          return this.#signals.splice(index, 1)[0];
        }
        if (late) {
          return undefined;
        }
        const arrivals = this.#arrivals;
        await condition(() => late || this.#arrivals > arrivals);
      }
    } finally {
      timer.cancel();
    }
  }
}
