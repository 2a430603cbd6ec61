import { type Command, keysOf } from './keys.ts'
import type { Size } from './size.ts'

/** A terminal that a person looks at: all of it is drawn, and given back as it was. */
export interface Screen {
  readonly size: Size
  /** Shows these lines, of which only those that differ from what is there are written. */
  draw(lines: readonly string[]): void
  /** Gives the terminal back. */
  close(): void
}

export interface ScreenEvents {
  onKey(key: Command): void
  /** What is there is gone: it shall be drawn anew. */
  onResize(): void
}

/** The parts of the process that a screen is made of. */
export interface ScreenProcess extends Pick<NodeJS.Process, 'on' | 'off' | 'kill' | 'pid'> {
  readonly stdin: Pick<
    NodeJS.ReadStream,
    'isTTY' | 'setRawMode' | 'on' | 'off' | 'resume' | 'pause' | 'setEncoding'
  >
  readonly stdout: Pick<NodeJS.WriteStream, 'columns' | 'rows' | 'write' | 'on' | 'off'>
}

// Alternate screen, no cursor, no wrapping of lines that are too long after all; and back, in the other order.
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J'
const leave = '\u001b[?7h\u001b[?25h\u001b[?1049l'
// A terminal that knows these shows a frame at once; others leave them out.
const frameBegins = '\u001b[?2026h'
const frameEnds = '\u001b[?2026l'

export function openScreen(events: ScreenEvents, process: ScreenProcess): Screen {
  const { stdin, stdout } = process
  let shown: readonly string[] = []
  let open = false

  const show = () => {
    if (open) return
    open = true
    shown = []
    if (stdin.isTTY) stdin.setRawMode(true)
    stdout.write(enter)
  }
  const hide = () => {
    if (!open) return
    open = false
    stdout.write(leave)
    if (stdin.isTTY) stdin.setRawMode(false)
  }
  const onInput = (input: string) => {
    for (const key of keysOf(input)) {
      // The whole group, as the terminal itself would: whoever started this process is in it.
      if (key === 'suspend') process.kill(0, 'SIGTSTP')
      else events.onKey(key)
    }
  }
  const onSuspend = () => {
    hide()
    // SIGTSTP is taken by this listener; what stops a process for sure is SIGSTOP.
    process.kill(process.pid, 'SIGSTOP')
  }
  const onContinue = () => {
    show()
    events.onResize()
  }
  const onResize = () => {
    shown = []
    if (open) stdout.write('\u001b[2J')
    events.onResize()
  }

  process.on('SIGTSTP', onSuspend)
  process.on('SIGCONT', onContinue)
  process.on('exit', hide)
  // Before the error is written, which would vanish with the screen otherwise.
  process.on('uncaughtExceptionMonitor', hide)
  stdout.on('resize', onResize)
  if (stdin.isTTY) {
    stdin.setEncoding('utf8')
    stdin.on('data', onInput)
    stdin.resume()
  }
  show()
  return {
    get size() {
      // Some pseudo terminals have no size, and say 0.
      return { columns: stdout.columns || 80, rows: stdout.rows || 24 }
    },
    draw(lines) {
      if (!open) return
      const changed = lines.flatMap((line, row) =>
        line === shown[row] ? [] : [`\u001b[${row + 1};1H\u001b[2K${line}`],
      )
      if (changed.length > 0) stdout.write(`${frameBegins}${changed.join('')}${frameEnds}`)
      shown = lines
    },
    close() {
      hide()
      process.off('SIGTSTP', onSuspend)
      process.off('SIGCONT', onContinue)
      process.off('exit', hide)
      process.off('uncaughtExceptionMonitor', hide)
      stdout.off('resize', onResize)
      stdin.off('data', onInput)
      // Else the process would wait for one more key.
      stdin.pause()
    },
  }
}
