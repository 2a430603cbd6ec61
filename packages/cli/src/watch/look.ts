import type { Style, Terminal } from '../command/terminal.ts'
import type { WatchedStatus } from './watched.ts'

/** What the lines are made with: styles, signs, and how a moment is written. */
export interface Look {
  style(style: Style, text: string): string
  readonly signs: Signs
  /** A time of day. */
  clock(at: number): string
}

export interface Signs {
  readonly status: Readonly<Record<WatchedStatus, string>>
  /** From the lowest to the highest. */
  readonly bars: string
  readonly failed: string
  readonly arrow: string
  readonly chosen: string
  readonly more: string
  readonly dot: string
  readonly none: string
  readonly atLeast: string
  readonly up: string
  readonly down: string
}

const unicode: Signs = {
  status: { UP: '✓', DEGRADED: '!', UNKNOWN: '?', OUT_OF_SERVICE: '-', DOWN: '✗', WAITING: '·' },
  bars: '▁▂▃▄▅▆▇█',
  failed: '×',
  arrow: '→',
  chosen: '▌',
  more: '…',
  dot: '·',
  none: '–',
  atLeast: '≥',
  up: '↑',
  down: '↓',
}

const ascii: Signs = {
  status: { UP: '+', DEGRADED: '!', UNKNOWN: '?', OUT_OF_SERVICE: '-', DOWN: 'x', WAITING: '.' },
  bars: '_.-=+*#@',
  failed: 'x',
  arrow: '->',
  chosen: '>',
  more: '~',
  dot: '-',
  none: '-',
  atLeast: '>',
  up: 'k',
  down: 'j',
}

const colours: Readonly<Record<WatchedStatus, Style>> = {
  UP: 'green',
  DEGRADED: 'yellow',
  UNKNOWN: 'yellow',
  OUT_OF_SERVICE: 'cyan',
  DOWN: 'red',
  WAITING: 'dim',
}

/** That of a terminal: other than ASCII only where the locale has it (POSIX: the first of these that is set). */
export function lookOf({ style, env }: Terminal): Look {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== '')
  const signs = /utf-?8/i.test(locale ?? '') ? unicode : ascii
  return { style, signs, clock: timeOfDay }
}

function timeOfDay(at: number): string {
  const date = new Date(at)
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}

/** A text in the colour of a status. The sign and the word tell it too: colours are not seen by all. */
export function inColourOf(status: WatchedStatus, text: string, { style }: Look): string {
  return style(colours[status], text)
}
