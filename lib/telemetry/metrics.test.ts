import { describe, expect, test } from "bun:test";
import { SERIES_MAX, createRegistry } from "@lib/telemetry/metrics.ts";

describe("P25: metrics in the text format of Prometheus", () => {
  test("settings-49: counter and histogram carry the labels of existing dashboards", () => {
    const registry = createRegistry();
    const labels = ["endpoint", "method", "status"];
    const values = { endpoint: "/users/{target}", method: "GET", status: "200" };
    registry.counter("rocket_http_requests_total", "Requests answered", labels).add(2, values);
    const seconds = registry.histogram("rocket_http_requests_duration_seconds", "Time", labels, [0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe(value, values);

    const series = 'endpoint="/users/{target}",method="GET",status="200"';
    expect(registry.expose()).toBe(
      [
        "# HELP rocket_http_requests_total Requests answered",
        "# TYPE rocket_http_requests_total counter",
        `rocket_http_requests_total{${series}} 2`,
        "# HELP rocket_http_requests_duration_seconds Time",
        "# TYPE rocket_http_requests_duration_seconds histogram",
        `rocket_http_requests_duration_seconds_bucket{${series},le="0.1"} 2`,
        `rocket_http_requests_duration_seconds_bucket{${series},le="1"} 3`,
        `rocket_http_requests_duration_seconds_bucket{${series},le="+Inf"} 4`,
        `rocket_http_requests_duration_seconds_sum{${series}} 7.65`,
        `rocket_http_requests_duration_seconds_count{${series}} 4`,
        "",
      ].join("\n"),
    );
  });

  test("gauges go both ways, and values held elsewhere are read when asked for", () => {
    const registry = createRegistry();
    const gauge = registry.gauge("connections", "Open connections");
    gauge.set(5);
    gauge.add(-2);
    let waiting = 1;
    registry.readGauge("waiting", "Waiting", () => waiting);
    waiting = 9;
    expect(registry.expose()).toContain("\nconnections 3\n");
    expect(registry.expose()).toContain("\nwaiting 9\n");
  });

  test("a counter without labels starts at zero and never goes down", () => {
    const registry = createRegistry();
    const counter = registry.counter("events_total", "Events");
    expect(registry.expose()).toContain("\nevents_total 0\n");
    expect(() => counter.add(-1)).toThrow("cannot go down");
    expect(() => counter.add(NaN)).toThrow("cannot go down");
  });

  test("label values and help texts are escaped", () => {
    const registry = createRegistry();
    registry.counter("x_total", "a\nb\\c", ["l"]).add(1, { l: 'q"\\\n' });
    expect(registry.expose()).toBe('# HELP x_total a\\nb\\\\c\n# TYPE x_total counter\nx_total{l="q\\"\\\\\\n"} 1\n');
  });

  test("a label fed by input cannot fill memory: the rest is counted as `other`", () => {
    const registry = createRegistry();
    const counter = registry.counter("x_total", "x", ["method"]);
    for (let index = 0; index < SERIES_MAX + 50; index++) counter.add(1, { method: `M${index}` });
    expect(registry.expose()).toContain('x_total{method="other"} 50\n');
    expect(registry.expose().split("\n").length).toBeLessThan(SERIES_MAX + 10);
  });

  test("asking again gives the same family; another kind, name or label is a mistake", () => {
    const registry = createRegistry();
    registry.counter("x_total", "x").add(1);
    registry.counter("x_total", "x").add(1);
    expect(registry.expose()).toContain("\nx_total 2\n");
    expect(() => registry.gauge("x_total", "x")).toThrow("is a counter");
    expect(() => registry.counter("not a name", "x")).toThrow("not a metric name");
    expect(() => registry.counter("y_total", "y", ["a"]).add(1, { b: "1" })).toThrow("has the labels a");
  });
});
