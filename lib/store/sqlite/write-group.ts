import type { Connection } from "./connection.ts";
import { failureOf } from "./failure.ts";
import type { Answer, Operation, Outcome, Result } from "./operation.ts";
import { runOperation } from "./run-operation.ts";

/**
 * Runs submissions in one transaction and commits it. An operation that fails is undone alone and ends its own submission;
 * when the transaction itself fails, nothing of the group is written and every submission fails.
 *
 * Hardly any operation fails, and what it takes to undo one alone costs a third of a write (the full-text index writes
 * itself out at every savepoint). So a group runs without that first; when an operation fails, it runs once more with it.
 */
export class WriteGroups {
  #schemaVersion = -1;

  constructor(readonly connection: Connection) {}

  run(submissions: readonly (readonly Operation[])[]): Answer {
    const outcomes = this.#runWhole(submissions) ?? this.#runGuarded(submissions);
    return { outcomes, changedRows: this.connection.changedRows.take() };
  }

  /** Null when an operation failed for a reason of its own: then nothing is written. */
  #runWhole(submissions: readonly (readonly Operation[])[]): Outcome[] | null {
    const { layouts } = this.connection;
    try {
      return this.#commit(() =>
        submissions.map((operations) => {
          let result: Result = null;
          for (const operation of operations) result = runOperation(this.connection, operation);
          return { result };
        }),
      );
    } catch (error) {
      if (this.connection.database.inTransaction) this.connection.run("ROLLBACK");
      this.connection.changedRows.forgetTexts();
      if (this.connection.layouts !== layouts) this.#forget();
      const failure = failureOf(error);
      if (failure.kind === "unavailable") return submissions.map(() => ({ failure }));
      return null; // it happens again, to the operation it belongs to
    }
  }

  #runGuarded(submissions: readonly (readonly Operation[])[]): Outcome[] {
    try {
      return this.#commit(() => submissions.map((operations) => this.#submit(operations)));
    } catch (error) {
      this.#forget();
      if (this.connection.database.inTransaction) this.connection.run("ROLLBACK");
      this.connection.changedRows.forgetTexts();
      const failure = failureOf(error);
      return submissions.map(() => ({ failure }));
    }
  }

  #commit(work: () => Outcome[]): Outcome[] {
    this.connection.run("BEGIN IMMEDIATE");
    this.#forgetStaleTables();
    const outcomes = work();
    this.connection.run("COMMIT");
    return outcomes;
  }

  #submit(operations: readonly Operation[]): Outcome {
    let result: Result = null;
    for (const operation of operations) {
      const { layouts } = this.connection;
      this.connection.run("SAVEPOINT operation");
      try {
        result = runOperation(this.connection, operation);
        this.connection.run("RELEASE operation");
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind === "unavailable" || !this.connection.database.inTransaction) throw error;
        this.connection.run("ROLLBACK TO operation");
        this.connection.run("RELEASE operation");
        this.connection.changedRows.forgetTexts();
        if (this.connection.layouts !== layouts) this.connection.forget(); // the operation changed the schema
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

  #forget(): void {
    this.connection.forget();
    this.#schemaVersion = -1;
  }
}
