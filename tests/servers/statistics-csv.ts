/** Rows of HAProxy's statistics by the names of their columns; a field that holds a comma or a quote stands in quotes. */
export function statisticsRows(csv: string): readonly ReadonlyMap<string, string>[] {
  const [columns = [], ...rows] = csv.trim().replace(/^# /, '').split('\n').map(fieldsOf)
  return rows.map((fields) => new Map(columns.map((column, index) => [column, fields[index] ?? ''])))
}

function fieldsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?<=^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
  )
}
