import { cut } from './text-width.ts'

/** What is written over again on the last line of a terminal, beside what is there to stay. */
export interface ProgressLine {
  /** Shows a text in place of the one before; an empty one takes it away. */
  show(text: string): void
  /** Takes it away for something that stays, which may end within a line. */
  clear(): void
}

export interface ProgressStream {
  readonly columns?: number
  write(text: string): unknown
}

/** How long work is under way before it is talked about: what is done at once should not flicker. */
const quietMs = 300

/**
 * Progress on a terminal. Where `stream` is none, as in the log of CI or of a container, nothing is written at all: lines
 * that are written over are no lines there, and to some any word on stderr is a failure.
 */
export function progressLine(
  stream: ProgressStream,
  isTerminal: boolean,
  now: () => number = () => performance.now(),
): ProgressLine {
  let shown = false
  let startedAt: number | undefined
  const clear = (): void => {
    if (shown) stream.write('\r\u001b[2K')
    shown = false
  }
  return {
    show(text) {
      if (!isTerminal) return
      if (text === '') {
        startedAt = undefined
        return clear()
      }
      startedAt ??= now()
      if (now() - startedAt < quietMs) return
      // The last column stays free: a cursor beyond it begins a line on some terminals.
      stream.write(`\r\u001b[2K${cut(text, (stream.columns || 80) - 1)}`)
      shown = true
    },
    clear,
  }
}
