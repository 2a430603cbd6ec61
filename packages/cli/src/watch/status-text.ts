import type { Look } from './look.ts'
import type { WatchedStatus } from './watched.ts'

/** The sign and the word of a status; a shorter word where `width` does not hold OUT_OF_SERVICE, none where it holds no word. */
export function statusText(status: WatchedStatus, width: number, { signs }: Look): string {
  if (width < 5) return signs.status[status]
  const word = status === 'OUT_OF_SERVICE' && width < 16 ? 'OUT' : status
  return `${signs.status[status]} ${word}`
}
