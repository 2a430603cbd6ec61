import type { Place } from './place.ts'

/** One file that was read. */
export interface SourceFile {
  /** As it was named. */
  readonly path: string
  readonly text: string
  /** `false` when it was met in a folder: then it need not be anything of ours. */
  readonly named?: boolean
  /** Whether it is in another encoding than UTF-8: then writing it would spoil what could not be read. */
  readonly garbled?: boolean
}

/** Why a file, or a part of it, could not be read. */
export interface Unreadable {
  readonly place: Place
  readonly what: string
  readonly mend: string
}
