import type { Cell, Table } from "@tests/bench/bench.ts";

/** A table as text; numbers to the right, three significant digits. */
export function renderTable({ title, columns, rows, notes = [] }: Table): string {
  const texts = [columns, ...rows].map((row) => columns.map((_, column) => textOf(row[column] ?? null)));
  const widths = columns.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  const isNumeric = columns.map((_, column) => rows.every((row) => typeof row[column] !== "string"));
  const line = (row: readonly string[]) =>
    row
      .map((text, column) =>
        isNumeric[column] ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const [header = [], ...body] = texts;
  const rule = widths.map((width) => "─".repeat(width)).join("──");
  return [title, rule, line(header), rule, ...body.map(line), ...notes.map((note) => `· ${note}`), ""].join("\n");
}

function textOf(cell: Cell): string {
  if (cell === null) return "–";
  if (typeof cell === "string") return cell;
  if (!Number.isFinite(cell)) return "–";
  if (Number.isInteger(cell) || Math.abs(cell) >= 1000) return Math.round(cell).toLocaleString("en");
  return String(Number(cell.toPrecision(3)));
}
