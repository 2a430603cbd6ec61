import { kindOf, type Problems } from '../../errors/problems.ts'
import { builtInFormats, type FormatName, formatNames } from '../formats/built-in-formats.ts'
import type { Format } from '../formats/format.ts'
import { type JsonBody, jsonFormat } from '../formats/json.ts'
import { ownFormat } from './own-format.ts'

export type { FormatName } from '../formats/built-in-formats.ts'

/** The formats that a handler serves, made from its options; what is wrong goes to `problems`. */
export function formatSettings(
  options: Readonly<Record<string, unknown>>,
  problems: Problems,
): readonly Format[] {
  const detailsAs = problems.oneOf('detailsAs', options.detailsAs, ['object', 'list']) ?? 'object'
  const { body } = options
  if (body !== undefined && typeof body !== 'function')
    problems.add('body', `expected a function, got ${kindOf(body)}`)
  const json = [jsonFormat(detailsAs, body as JsonBody | undefined)]
  const builtIn: Readonly<Record<FormatName, readonly Format[]>> = { json, ...builtInFormats }
  const given: unknown = options.formats === undefined ? formatNames : options.formats
  if (!Array.isArray(given) || given.length === 0) {
    problems.add('formats', `expected a list of at least one format, got ${kindOf(given)}`)
    return []
  }
  const names = new Set<string>()
  const formats: Format[] = []
  for (const [index, entry] of given.entries()) {
    const path = `formats[${index}]`
    const found =
      typeof entry === 'object' && entry !== null ? ownFormat(path, entry, problems) : named(path, entry)
    const [format] = found
    if (format === undefined) continue
    if (names.has(format.name)) problems.add(path, 'there is a format of this name already; choose another')
    names.add(format.name)
    formats.push(...found)
  }
  return formats

  function named(path: string, name: unknown): readonly Format[] {
    const known = problems.oneOf(path, name ?? null, formatNames)
    return known === undefined ? [] : builtIn[known]
  }
}
