import { kindOf, type Problems } from '../errors/problems.ts'
import type { Format } from './format.ts'
import { htmlFormat } from './formats/html.ts'
import { type JsonBody, jsonFormat } from './formats/json.ts'

/** The formats that come with hale. */
export type FormatName = 'json' | 'html'

// What keeps an answer whole and uncached is not a format's to change.
const own = [
  'content-type',
  'content-length',
  'cache-control',
  'transfer-encoding',
  'connection',
  'allow',
  'retry-after',
]

const token = "[A-Za-z0-9!#$%&'*+.^_`|~-]+"
const headerName = new RegExp(`^${token}$`)
const headerValue = /^[\t\x20-\x7e]*$/
const mediaType = new RegExp(`^${token}/${token} *(;[\\t\\x20-\\x7e]*)?$`)

/** The formats that a handler serves, made from its options; what is wrong goes to `problems`. */
export function formatSettings(
  options: Readonly<Record<string, unknown>>,
  problems: Problems,
): readonly Format[] {
  const detailsAs = problems.oneOf('detailsAs', options.detailsAs, ['object', 'list']) ?? 'object'
  const { body } = options
  if (body !== undefined && typeof body !== 'function')
    problems.add('body', `expected a function, got ${kindOf(body)}`)
  const builtIn: Readonly<Record<FormatName, Format>> = {
    json: jsonFormat(detailsAs, body as JsonBody | undefined),
    html: htmlFormat,
  }
  const given = options.formats === undefined ? ['json', 'html'] : options.formats
  if (!Array.isArray(given) || given.length === 0) {
    problems.add('formats', `expected a list of at least one format, got ${kindOf(given)}`)
    return []
  }
  const names = new Set<string>()
  const formats: Format[] = []
  for (const [index, entry] of given.entries()) {
    const path = `formats[${index}]`
    const format =
      typeof entry === 'object' && entry !== null ? ownFormat(path, entry, problems) : named(path, entry)
    if (format === undefined) continue
    if (names.has(format.name)) problems.add(path, 'there is a format of this name already; choose another')
    names.add(format.name)
    formats.push(format)
  }
  return formats

  function named(path: string, name: unknown): Format | undefined {
    const known = problems.oneOf(path, name ?? null, Object.keys(builtIn) as FormatName[])
    return known && builtIn[known]
  }
}

/** One of the application's own. What no header can carry would fail at the first probe, so it is refused here. */
function ownFormat(path: string, entry: object, problems: Problems): Format | undefined {
  const format = entry as Partial<Format>
  const { name, render, headers } = format
  if (typeof name !== 'string' || typeof format.mediaType !== 'string' || typeof render !== 'function') {
    problems.add(path, 'expected a format: { name, mediaType, render(report, context) }')
    return undefined
  }
  if (!mediaType.test(format.mediaType)) {
    problems.add(`${path}.mediaType`, "expected a media type such as 'text/plain; charset=utf-8'")
  }
  if (headers !== undefined) {
    const given = problems.object(`${path}.headers`, headers)
    for (const [header, value] of Object.entries(given)) {
      if (own.includes(header.toLowerCase())) {
        problems.add(`${path}.headers`, `${header} is hale's own to send; leave it out`)
        continue
      }
      if (headerName.test(header) && typeof value === 'string' && headerValue.test(value)) continue
      problems.add(
        `${path}.headers`,
        `expected names and texts that a header can carry; ${kindOf(value)} is none`,
      )
    }
  }
  return format as Format
}
