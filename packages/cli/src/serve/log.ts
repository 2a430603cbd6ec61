import { stripVTControlCharacters } from 'node:util'
import type { Logger } from 'hale'
import type { Style, Terminal } from '../command/terminal.ts'
import type { Redaction } from './redaction.ts'

/** How lines are written. */
export type LogFormat = 'text' | 'json'

const styles: Readonly<Record<keyof Logger, Style>> = { info: 'dim', warn: 'yellow', error: 'red' }

/** Writes lines to the terminal, without the file's secrets. */
export function logTo(terminal: Terminal, format: LogFormat, redaction: Redaction): Logger {
  const write = (level: keyof Logger) => (message: string, details?: object) => {
    const { err, ...rest } = (details ?? {}) as { readonly err?: unknown; readonly [name: string]: unknown }
    const cause = causeOf(err)
    const time = new Date().toISOString()
    if (format === 'json') {
      const line = { time, level, message, ...rest, ...(cause !== undefined && { cause }) }
      terminal.err(`${redaction.redact(JSON.stringify(line))}\n`)
      return
    }
    const text = oneLine(cause === undefined ? message : `${message} (${cause})`)
    const label = terminal.style(styles[level], level.toUpperCase().padEnd(5))
    terminal.err(`${terminal.style('dim', time)} ${label} ${redaction.redact(text)}\n`)
  }
  return { info: write('info'), warn: write('warn'), error: write('error') }
}

/** A raw error's own words, which no answer shows. */
function causeOf(error: unknown): string | undefined {
  if (error === undefined) return undefined
  if (error instanceof AggregateError) return error.errors.map(causeOf).join(', ')
  return error instanceof Error ? error.message || error.name : String(error)
}

/** A line break in an error's text would make a line of its own, which nobody wrote. */
function oneLine(text: string): string {
  return stripVTControlCharacters(text).replace(/\s*[\r\n]+\s*/g, ' ')
}
