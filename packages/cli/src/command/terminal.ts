import { stripVTControlCharacters, styleText } from 'node:util'
import { progressLine } from './progress.ts'

/** The styles that texts have here. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Where a verb writes, and what may be written there. Tests give one of their own. */
export interface Terminal {
  /** What was asked for. */
  out(text: string): void
  /** What else there is to say: progress, warnings, failures. */
  err(text: string): void
  /**
   * What is going on, for whoever waits at a terminal: one line in place of the one before, which is taken away before
   * anything else is written. An empty text ends it. Shown on stderr, and nowhere but on a terminal.
   */
  progress(text: string): void
  /** `text` in a style, or as it is where colours are not wanted. */
  style(style: Style, text: string): string
  /** Whether a person looks at `out`, who may be shown what changes. */
  readonly interactive: boolean
  /** Columns of `out`. */
  readonly columns: number
  /** Aborted when the process is asked to end, or nobody reads `out` any more: `SIGINT`, `SIGTERM` or `EPIPE`. */
  readonly signal: AbortSignal
  readonly env: { readonly [name: string]: string | undefined }
  readonly cwd: string
}

/** That of the process. Colours by `NO_COLOR`, `FORCE_COLOR` and whether it is a terminal (no-color.org). */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process
  const colours = coloursWanted(env, stdout.isTTY === true)
  // Styles are chosen by `out`: what is not shown in colour where `err` goes must not hold their codes.
  const coloursInErr = coloursWanted(env, stderr.isTTY === true)
  const ended = new AbortController()
  // Twice is once too often: the second ends the process as if nobody listened.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ended.abort(name))
  const out = untilClosed(stdout, () => ended.abort('EPIPE'))
  const err = untilClosed(stderr)
  const progress = progressLine(
    {
      get columns() {
        return stderr.columns
      },
      write: err,
    },
    stderr.isTTY === true && env.TERM !== 'dumb',
  )
  return {
    out: (text) => {
      progress.clear()
      out(text)
    },
    err: (text) => {
      progress.clear()
      err(coloursInErr ? text : stripVTControlCharacters(text))
    },
    progress: progress.show,
    style: (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text),
    interactive: stdout.isTTY === true && env.TERM !== 'dumb',
    columns: stdout.columns || 80,
    signal: ended.signal,
    env,
    cwd: process.cwd(),
  }
}

/**
 * Writes as long as somebody reads, who may stop, as `head` does. The process is not ended by it: the exit code of a
 * probe is its answer, whoever reads its text.
 */
export function untilClosed(stream: NodeJS.WritableStream, onClosed?: () => void): (text: string) => void {
  let open = true
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
    open = false
    onClosed?.()
  })
  return (text) => {
    if (open) stream.write(text)
  }
}

/** What `NO_COLOR` forbids no terminal gets back; `FORCE_COLOR` is for pipes into what shows colours. */
export function coloursWanted(env: Terminal['env'], isTerminal: boolean): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0'
  return isTerminal && env.TERM !== 'dumb'
}
