/** The variables of a run: what its expressions see and what its steps write. */
import type { Assignments, Scopes } from "workflow-expr/contract";
import type { WorkflowEngine } from "workflow-expr/temporal";

export class RunScopes {
  readonly #engine: WorkflowEngine;
  #scopes: Scopes;

  constructor(engine: WorkflowEngine, scopes: Scopes) {
    this.#engine = engine;
    this.#scopes = scopes;
  }

  /** The scopes as plain data, to be carried into the run that continues this one. */
  get data(): Scopes {
    return this.#scopes;
  }

  /** What an expression sees: the scopes by name, and variables also without `vars.`. */
  get context(): object {
    const { vars, local, error = null } = this.#scopes;
    return { ...(vars as object), ...(local as object), ...this.#scopes, error };
  }

  /** The value of an expression. */
  evaluate(source: string): unknown {
    return this.#engine.evaluate(source, this.context);
  }

  /** Writes data as it is, then the values of expressions, each of which sees the ones before. */
  assign(assignments: Assignments): void {
    this.#scopes = { ...this.#scopes, ...this.#engine.assignScopes(this.#scopes, assignments) };
  }

  /** Runs `work` with more in one of the scopes, which is afterwards what it was. */
  async within<T>(more: Pick<Scopes, "local" | "error">, work: () => Promise<T>): Promise<T> {
    const { local, error } = this.#scopes;
    this.#scopes = { ...this.#scopes, ...more };
    try {
      return await work();
    } finally {
      this.#scopes = { ...this.#scopes, local, error };
    }
  }
}
