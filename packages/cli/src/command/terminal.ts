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

/**
 * That of the process. Colours by `NO_COLOR`, `FORCE_COLOR` and whether it is a terminal (no-color.org). `onUnwritten`
 * hears of what was asked for and could not be written, to a full disk for one.
 */
export function processTerminal(onUnwritten: (told: string) => void = () => {}): Terminal {
  const { stdout, stderr, env } = process
  const colours = coloursWanted(env, stdout.isTTY === true)
  // Styles are chosen by `out`: what is not shown in colour where `err` goes must not hold their codes.
  const coloursInErr = coloursWanted(env, stderr.isTTY === true)
  const ended = new AbortController()
  // Twice is once too often: the second, of whichever kind, ends the process as if nobody listened.
  const signals = ['SIGINT', 'SIGTERM'] as const
  const end = (name: NodeJS.Signals): void => {
    for (const each of signals) process.off(each, end)
    ended.abort(name)
  }
  for (const each of signals) process.on(each, end)
  const out = untilClosed(stdout, {
    closed: () => ended.abort('EPIPE'),
    failed: (error) => {
      onUnwritten(unwrittenText(error))
      ended.abort('unwritten')
    },
  })
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
    cwd: currentFolder(),
  }
}

/** One that was taken away from under the process is no reason not to ask an endpoint. */
function currentFolder(): string {
  try {
    return process.cwd()
  } catch {
    return '/'
  }
}

/** What `untilClosed` tells of a stream. */
export interface StreamFaults {
  /** Nobody reads any more. */
  closed?(): void
  /** Something was not written, the first time that this happens. */
  failed?(error: NodeJS.ErrnoException): void
}

/** Of a pipe, a terminal and a socket whose other end is gone. */
const goneCodes = ['EPIPE', 'EIO', 'ECONNRESET']

/**
 * Writes as long as somebody reads, who may stop, as `head` does. The process is not ended by it: the exit code of a
 * probe is its answer, whoever reads its text. Nor is it by a disk that is full, which may have room for the next line.
 */
export function untilClosed(
  stream: NodeJS.WritableStream,
  { closed, failed }: StreamFaults = {},
): (text: string) => void {
  let open = true
  let hasFailed = false
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (goneCodes.includes(error.code ?? '')) {
      open = false
      closed?.()
    } else if (!hasFailed) {
      hasFailed = true
      failed?.(error)
    }
  })
  return (text) => {
    if (open) stream.write(text)
  }
}

function unwrittenText({ code }: NodeJS.ErrnoException): string {
  const reason = code === 'ENOSPC' || code === 'EDQUOT' ? 'the disk is full' : String(code)
  return `the output could not be written: ${reason}`
}

/** What `NO_COLOR` forbids no terminal gets back; `FORCE_COLOR` is for pipes into what shows colours. */
export function coloursWanted(env: Terminal['env'], isTerminal: boolean): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0'
  return isTerminal && env.TERM !== 'dumb'
}
