/** What can be chosen. */
interface Representation {
  readonly mediaType: string
}

/**
 * Chooses the format by `Accept` (RFC 9110, 12.5.1): the most specific range decides each format's quality, the
 * highest quality wins, and among equals the first of the list. Whatever cannot be served gets the first: a probe
 * never fails on negotiation.
 */
export function negotiate<R extends Representation>(accept: string | undefined, formats: readonly R[]): R {
  const first = formats[0] as R
  if (accept === undefined || accept === '*/*' || formats.length === 1) return first
  const ranges = parseAccept(accept)
  let best = first
  let bestQuality = 0
  for (const format of formats) {
    const quality = qualityOf(format, ranges)
    if (quality > bestQuality) {
      best = format
      bestQuality = quality
    }
  }
  return best
}

interface MediaRange {
  readonly type: string
  readonly quality: number
}

// An endless Accept header is an attack, not a wish.
const mostRanges = 32

function parseAccept(accept: string): readonly MediaRange[] {
  return accept.split(',', mostRanges).map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    const quality = q === undefined ? 1 : Number(q.slice(2))
    return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 }
  })
}

function qualityOf(format: Representation, ranges: readonly MediaRange[]): number {
  const type = format.mediaType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const family = `${type.split('/', 1)[0]}/*`
  for (const wanted of [type, family, '*/*']) {
    const range = ranges.find((candidate) => candidate.type === wanted)
    if (range !== undefined) return range.quality
  }
  return 0
}
