import { type Status, statuses } from '../core/status.ts'
import type { Standing, Vote } from './verdict.ts'

/** Why something is not well somewhere, in the words of one worker that says so. */
export interface Reason {
  readonly text?: string
  /** Of a check: since when, in milliseconds since the epoch. */
  readonly since?: number
}

/** One worker in a summary. */
export interface SummaryRow {
  /** Such as `process 3` or `thread 3`; the one that died where one is missing, empty when there was none. */
  readonly id: string
  readonly standing: Standing
  /** One character a name: the place of its status in the list of statuses, or `-` where the worker has none. */
  readonly statuses: string
}

/**
 * What a worker is told of all: statuses, and a reason for each that is not UP. Whole states would be a hundred times
 * as much, and grow with the square of the number of workers.
 */
export interface Summary {
  /** The names of probes, groups and checks, in the order of the rows' characters. */
  readonly names: readonly string[]
  readonly rows: readonly SummaryRow[]
  readonly reasons: { readonly [name: string]: { readonly [S in Status]?: Reason } }
  /** Every worker has been ready once. */
  readonly booted: boolean
  /** Startup is complete, for good. */
  readonly started: boolean
  /** Set when the whole service drains; the reason, which may be empty. */
  readonly draining?: string
}

export function letterOf(status: Status | undefined): string {
  return status === undefined ? '-' : String(statuses.indexOf(status))
}

/** A worker's vote on a name; undefined when it has none, since it does not know the name. */
export function voteOf({ standing, statuses: letters }: SummaryRow, index: number): Vote | undefined {
  const letter = letters === '' ? undefined : (letters[index] ?? '-')
  if (letter === '-') return undefined
  if (standing === 'silent' || standing === 'missing') return { standing, status: 'DOWN' }
  // Forked, and not a word yet.
  if (letter === undefined) return { standing, status: 'OUT_OF_SERVICE' }
  return { standing, status: statuses[Number(letter)] ?? 'UNKNOWN' }
}
