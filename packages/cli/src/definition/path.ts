/** Where something is in the file: names of maps and places in lists, from the outside in. */
export type Path = readonly (string | number)[]

/** As the library's own problems have it: `checks.database.url`, `checks["my-db"].tags[0]`. */
export function pathText(path: Path): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(step)) text += text === '' ? step : `.${step}`
    else text += `[${JSON.stringify(step.slice(0, 80))}]`
  }
  return text
}

/** What is there in a document. */
export function valueAt(document: unknown, path: Path): unknown {
  let at = document
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Readonly<Record<string | number, unknown>>)[step]
  }
  return at
}
