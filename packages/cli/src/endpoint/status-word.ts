import type { Status } from 'hale'

/** In lower case: application/health+json does not tell cases apart, and the others shout. */
const words: ReadonlyMap<string, Status> = new Map([
  ['up', 'UP'],
  ['pass', 'UP'],
  ['ok', 'UP'],
  ['healthy', 'UP'],
  ['degraded', 'DEGRADED'],
  ['warn', 'DEGRADED'],
  ['unknown', 'UNKNOWN'],
  ['out_of_service', 'OUT_OF_SERVICE'],
  ['down', 'DOWN'],
  ['fail', 'DOWN'],
  ['error', 'DOWN'],
  ['unhealthy', 'DOWN'],
])

/** The status that a word of any format stands for. */
export function statusOfWord(word: unknown): Status | undefined {
  return typeof word === 'string' ? words.get(word.toLowerCase()) : undefined
}
