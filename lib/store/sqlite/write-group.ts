import type { Connection } from "./connection.ts";
import { failureOf } from "./failure.ts";
import type { Operation, Outcome, Result } from "./operation.ts";
import { runOperation } from "./run-operation.ts";

/**
 * Runs submissions in one transaction and commits it. An operation that fails is undone alone and ends its own submission;
 * when the transaction itself fails, nothing of the group is written and every submission fails.
 */
export class WriteGroups {
  #schemaVersion = -1;

  constructor(readonly connection: Connection) {}

  run(submissions: readonly (readonly Operation[])[]): Outcome[] {
    try {
      this.connection.run("BEGIN IMMEDIATE");
      this.#forgetStaleTables();
      const outcomes = submissions.map((operations) => this.#submit(operations));
      this.connection.run("COMMIT");
      return outcomes;
    } catch (error) {
      this.#undo();
      const failure = failureOf(error);
      return submissions.map(() => ({ failure }));
    }
  }

  #submit(operations: readonly Operation[]): Outcome {
    let result: Result = null;
    for (const operation of operations) {
      this.connection.run("SAVEPOINT operation");
      try {
        result = runOperation(this.connection, operation);
        this.connection.run("RELEASE operation");
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind === "unavailable" || !this.connection.database.inTransaction) throw error;
        this.connection.run("ROLLBACK TO operation");
        this.connection.run("RELEASE operation");
        if (failure.kind === "other") this.connection.forget(); // the operation may have changed the schema
        return { failure };
      }
    }
    return { result };
  }

  /** Another process may have added indexes, which this one then has to fill. */
  #forgetStaleTables(): void {
    const version = this.connection.rows<{ schema_version: number }>("PRAGMA schema_version")[0]?.schema_version ?? 0;
    if (version !== this.#schemaVersion) this.connection.forget();
    this.#schemaVersion = version;
  }

  #undo(): void {
    this.connection.forget();
    this.#schemaVersion = -1;
    if (this.connection.database.inTransaction) this.connection.run("ROLLBACK");
  }
}
