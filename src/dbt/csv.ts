/** The rows of a CSV text by the names in its first line (RFC 4180), as Python's `csv.DictReader` gives them. */
export function parseCsv(text: string): Record<string, string | null>[] {
  const [header, ...rows] = records(text)
  if (!header) return []
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? null])))
}

/** The names in a CSV's first line as they stand there; null where a name goes on behind the line's end. */
export function csvHeader(text: string): string[] | null {
  const [line = ''] = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/, 1)
  return (line.match(/"/g) ?? []).length % 2 === 1 ? null : (records(line)[0] ?? null)
}

function records(text: string): string[][] {
  const result: string[][] = []
  let row: string[] = []
  const field = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n|\n|\r|$)/g
  for (let found = field.exec(text); found && found.index <= text.length; found = field.exec(text)) {
    const [, quoted, bare = '', separator] = found
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'))
    if (separator === ',') continue
    if (row.length > 1 || row[0] !== '') result.push(row)
    row = []
    if (separator === '') break
  }
  return result
}
