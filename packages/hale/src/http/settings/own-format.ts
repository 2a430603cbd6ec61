import { kindOf, type Problems } from '../../errors/problems.ts'
import type { Format } from '../formats/format.ts'

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

/** One of the application's own formats. What no header can carry would fail at the first probe, so it is refused here. */
export function ownFormat(path: string, entry: object, problems: Problems): readonly Format[] {
  const format = entry as Partial<Format>
  const { name, render, headers } = format
  if (typeof name !== 'string' || typeof format.mediaType !== 'string' || typeof render !== 'function') {
    problems.add(path, 'expected a format: { name, mediaType, render(report, context) }')
    return []
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
  problems.number(`${path}.statusCode`, format.statusCode, 200, { min: 200, max: 599, integer: true })
  problems.boolean(`${path}.linked`, format.linked, false)
  problems.boolean(`${path}.passive`, format.passive, false)
  problems.boolean(`${path}.whole`, format.whole, false)
  const { verbose } = format
  if (verbose !== undefined && typeof (verbose as Partial<Format> | null)?.render !== 'function')
    problems.add(`${path}.verbose`, 'expected a format: { name, mediaType, render(report, context) }')
  return [format as Format]
}
