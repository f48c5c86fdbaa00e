/** One question about speed or size, and how to answer it on this machine. */
export type Bench = {
  /** What `npm run bench NAME` runs. */
  name: string;
  question: string;
  run(context: BenchContext): Promise<BenchResult>;
};

/** What a bench is given. */
export type BenchContext = {
  /** Smaller numbers and fewer rounds, to see that everything works. */
  quick: boolean;
  /** How often each measurement is repeated. */
  rounds: number;
  /** The servers that can be used, by URL. */
  mongodb: string | undefined;
  redis: string | undefined;
  /** A directory that is removed at the end. */
  directory: string;
  /** Flags for the measured processes, such as `--cpu-prof-md`. */
  measuredFlags: readonly string[];
  /** Tells the person who waits what is happening. */
  progress(text: string): void;
};

/** A value in a table; null prints as a dash. */
export type Cell = string | number | null;

/** What a person reads. */
export type Table = {
  title: string;
  columns: readonly string[];
  rows: readonly (readonly Cell[])[];
  notes?: readonly string[];
};

/** The tables, and every measured value behind them. */
export type BenchResult = { tables: readonly Table[]; raw: unknown };
