/**
 * A small Prometheus registry: counters, gauges and histograms with labels, in the text exposition format 0.0.4.
 * A family keeps at most `SERIES_MAX` label combinations, so that a label fed by input cannot fill memory; what comes
 * after is counted in one series whose labels all say `other`.
 */

/** Which series of a family: a value for each of its label names. */
export type Labels = Readonly<Record<string, string>>;

/** What only grows. */
export type Counter = {
  /** Adds `amount`, which is never negative. */
  add(amount: number, labels?: Labels): void;
};

/** What grows and shrinks. */
export type Gauge = {
  set(value: number, labels?: Labels): void;
  add(amount: number, labels?: Labels): void;
};

/** How observations are distributed. */
export type Histogram = {
  /** Counts one observation, in the base unit of the name (seconds, bytes). */
  observe(value: number, labels?: Labels): void;
};

/** Holds metric families. Asking for a name again returns the family that exists. */
export interface Registry {
  counter(name: string, help: string, labelNames?: readonly string[]): Counter;
  gauge(name: string, help: string, labelNames?: readonly string[]): Gauge;
  /** A gauge without labels whose value is read when the metrics are. */
  readGauge(name: string, help: string, read: () => number): void;
  /** A counter without labels that something else already counts, read when the metrics are. */
  readCounter(name: string, help: string, read: () => number): void;
  histogram(name: string, help: string, labelNames?: readonly string[], bucketBounds?: readonly number[]): Histogram;
  /** The text that Prometheus scrapes. */
  expose(): string;
}

/** Label combinations that one family keeps. */
export const SERIES_MAX = 5_000;

/** Upper bounds in seconds that suit request durations. */
const durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Family = { kind: "counter" | "gauge" | "histogram"; help: string; metric: object; lines(): string[] };

/** Opens an empty registry. */
export function createRegistry(): Registry {
  const families = new Map<string, Family>();

  function family<M extends object>(
    name: string,
    kind: Family["kind"],
    help: string,
    open: () => [M, () => string[]],
  ): M {
    const existing = families.get(name);
    if (existing) {
      if (existing.kind !== kind) throw new Error(`metric ${name} is a ${existing.kind}, not a ${kind}`);
      return existing.metric as M; // the kind decides the type of the metric
    }
    if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) throw new Error(`not a metric name: ${name}`);
    const [metric, lines] = open();
    families.set(name, { kind, help, metric, lines });
    return metric;
  }

  return {
    counter: (name, help, labelNames = []) => family(name, "counter", help, () => openCounter(name, labelNames)),
    gauge: (name, help, labelNames = []) => family(name, "gauge", help, () => openGauge(name, labelNames)),
    readGauge: (name, help, read) => void family(name, "gauge", help, () => [{}, () => [`${name} ${number(read())}`]]),
    readCounter: (name, help, read) =>
      void family(name, "counter", help, () => [{}, () => [`${name} ${number(read())}`]]),
    histogram: (name, help, labelNames = [], bounds = durationBounds) =>
      family(name, "histogram", help, () => openHistogram(name, labelNames, bounds)),
    expose: () => [...families].map(([name, value]) => exposeFamily(name, value)).join(""),
  };
}

function exposeFamily(name: string, { kind, help, lines }: Family): string {
  const text = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return `# HELP ${name} ${text}\n# TYPE ${name} ${kind}\n${lines()
    .map((line) => `${line}\n`)
    .join("")}`;
}

function openCounter(name: string, labelNames: readonly string[]): [Counter, () => string[]] {
  const series = openSeries(name, labelNames, () => ({ value: 0 }));
  const add = (amount: number, labels?: Labels) => {
    if (!(amount >= 0)) throw new Error(`counter ${name} cannot go down by ${amount}`);
    series.of(labels).value += amount;
  };
  if (labelNames.length === 0) add(0);
  return [{ add }, () => series.map((labels, { value }) => [`${name}${braces(labels)} ${number(value)}`])];
}

function openGauge(name: string, labelNames: readonly string[]): [Gauge, () => string[]] {
  const series = openSeries(name, labelNames, () => ({ value: 0 }));
  const gauge: Gauge = {
    set: (value, labels) => void (series.of(labels).value = value),
    add: (amount, labels) => void (series.of(labels).value += amount),
  };
  return [gauge, () => series.map((labels, { value }) => [`${name}${braces(labels)} ${number(value)}`])];
}

function openHistogram(
  name: string,
  labelNames: readonly string[],
  bounds: readonly number[],
): [Histogram, () => string[]] {
  const sorted = [...bounds].sort((a, b) => a - b);
  const series = openSeries(name, labelNames, () => ({ counts: sorted.map(() => 0), count: 0, sum: 0 }));
  const observe = (value: number, labels?: Labels) => {
    const state = series.of(labels);
    const index = sorted.findIndex((bound) => value <= bound);
    if (index >= 0) state.counts[index] = (state.counts[index] ?? 0) + 1;
    state.count++;
    state.sum += value;
  };
  const lines = () =>
    series.map((labels, { counts, count, sum }) => {
      let below = 0;
      const buckets = sorted.map((bound, index) => {
        below += counts[index] ?? 0;
        return `${name}_bucket${braces([...labels, `le="${number(bound)}"`])} ${below}`;
      });
      const infinite = `${name}_bucket${braces([...labels, 'le="+Inf"'])} ${count}`;
      return [
        ...buckets,
        infinite,
        `${name}_sum${braces(labels)} ${number(sum)}`,
        `${name}_count${braces(labels)} ${count}`,
      ];
    });
  return [{ observe }, lines];
}

function openSeries<S>(name: string, labelNames: readonly string[], open: () => S) {
  const states = new Map<string, { labels: string[]; state: S }>();

  function at(values: readonly string[], labels: Labels): S {
    const key = values.join("\0");
    const existing = states.get(key);
    if (existing) return existing.state;
    requireNames(Object.keys(labels));
    const isOther = values.every((value) => value === "other");
    if (states.size >= SERIES_MAX && !isOther)
      return at(
        values.map(() => "other"),
        labels,
      );
    const state = open();
    states.set(key, { labels: labelNames.map((label, index) => `${label}="${escaped(values[index] ?? "")}"`), state });
    return state;
  }

  /** Only a new series is worth the look: what is counted has its labels written down where it is counted. */
  function requireNames(given: readonly string[]): void {
    if (given.length === labelNames.length && given.every((label) => labelNames.includes(label))) return;
    throw new Error(`metric ${name} has the labels ${labelNames.join(", ") || "(none)"}, not ${given.join(", ")}`);
  }

  return {
    of: (labels: Labels = {}): S =>
      at(
        labelNames.map((label) => labels[label] ?? ""),
        labels,
      ),
    map: (lines: (labels: string[], state: S) => string[]) =>
      [...states.values()].flatMap(({ labels, state }) => lines(labels, state)),
  };
}

const braces = (labels: readonly string[]): string => (labels.length === 0 ? "" : `{${labels.join(",")}}`);

const escaped = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

function number(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}
