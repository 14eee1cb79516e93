import type { Cell, Row } from '../run/warehouse.ts'

/** Rows as a table for a terminal, numbers to the right. */
export function textTable(columns: readonly string[], rows: readonly Row[]): string[] {
  const cells = rows.map((row) => columns.map((name) => text(row[name] ?? null)))
  const widths = columns.map((name, index) => Math.max(name.length, ...cells.map((row) => row[index]?.length ?? 0)))
  const numeric = columns.map((name) => rows.every((row) => /^-?[\d.]*$/.test(text(row[name] ?? null))))
  const line = (values: readonly string[]) =>
    values
      .map((value, index) => (numeric[index] ? value.padStart(widths[index] ?? 0) : value.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)]
}

function text(cell: Cell): string {
  return cell === null ? '' : String(cell)
}
