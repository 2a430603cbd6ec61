import type { Place } from './place.ts'

/** One file that was read. */
export interface SourceFile {
  /** As it was named. */
  readonly path: string
  readonly text: string
  /** `false` when it was met in a folder: then it need not be anything of ours. */
  readonly named?: boolean
  /** Why nothing may be written there: what could not be read would be spoilt, or a pipe has nobody who reads. */
  readonly unwritable?: string
}

/** Why a file, or a part of it, could not be read. */
export interface Unreadable {
  readonly place: Place
  readonly what: string
  readonly mend: string
}
