/** What can be chosen. */
interface Representation {
  readonly mediaType: string
}

/**
 * Chooses the format by `Accept` (RFC 9110, 12.5.1): the most specific range decides each format's quality and the
 * highest quality wins. Among equals what was asked for by its own type goes before what `*` lets through, in the
 * order of the asking, which the standard gives no meaning and clients do; then the first of the list. Whatever cannot
 * be served gets the first: a probe never fails on negotiation.
 */
export function negotiate<R extends Representation>(accept: string | undefined, formats: readonly R[]): R {
  const first = formats[0] as R
  if (accept === undefined || accept === '*/*' || formats.length === 1) return first
  const ranges = parseAccept(accept)
  let best = first
  let bestRank = 0
  for (const format of formats) {
    const rank = rankOf(typeOf(format), ranges)
    if (rank > bestRank) {
      best = format
      bestRank = rank
    }
  }
  return best
}

interface MediaType {
  readonly type: string
  readonly version: string | undefined
}

interface MediaRange extends MediaType {
  readonly quality: number
}

// An endless Accept header is an attack, not a wish.
const mostRanges = 32
const mostParameters = 16

function parseAccept(accept: string): readonly MediaRange[] {
  return accept.split(',', mostRanges).map((range) => {
    const [type = '', ...parameters] = range
      .split(';', mostParameters)
      .map((part) => part.trim().toLowerCase())
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    const quality = q === undefined ? 1 : Number(q.slice(2))
    return { type, version: versionOf(parameters), quality: quality >= 0 && quality <= 1 ? quality : 0 }
  })
}

const types = new WeakMap<Representation, MediaType>()

function typeOf(format: Representation): MediaType {
  const known = types.get(format)
  if (known !== undefined) return known
  const [type = '', ...parameters] = format.mediaType.split(';').map((part) => part.trim().toLowerCase())
  const made = { type, version: versionOf(parameters) }
  types.set(format, made)
  return made
}

function versionOf(parameters: readonly string[]): string | undefined {
  return parameters.find((parameter) => parameter.startsWith('version='))?.slice(8)
}

// Smaller than any difference of qualities, which have three digits.
const byOwnType = 1e-5

/**
 * The quality, and a little more when it was asked for by its own type, the earlier the more. Of a range's parameters
 * only `version` counts: it tells Prometheus' text from any other, while `charset` and the like rule no format out.
 */
function rankOf({ type, version }: MediaType, ranges: readonly MediaRange[]): number {
  const own = (range: MediaRange) => range.type === type && range.version === version
  // Another version than ours is better than nothing, to whoever asks for versions at all.
  const near = (range: MediaRange) =>
    range.type === type && (range.version === undefined || version !== undefined)
  const index = ranges.some(own) ? ranges.findIndex(own) : ranges.findIndex(near)
  const named = ranges[index]
  if (named !== undefined) return named.quality > 0 ? named.quality + byOwnType * (1 - index / mostRanges) : 0
  const family = `${type.split('/', 1)[0]}/*`
  for (const wanted of [family, '*/*']) {
    const range = ranges.find((candidate) => candidate.type === wanted)
    if (range !== undefined) return range.quality
  }
  return 0
}
