import type { ProbeResult } from 'hale/probe'
import type { Style, Terminal } from '../command/terminal.ts'

const styles: Readonly<Record<ProbeResult['status'], Style>> = {
  UP: 'green',
  DEGRADED: 'yellow',
  DOWN: 'red',
}
const leastTarget = 12

/** A row for each target; what does not fit the terminal is cut, what goes into a pipe is not. */
export function resultTable(results: readonly ProbeResult[], terminal: Terminal): string {
  const rows = results.map(({ status, target, durationMs, attempts, message }) => ({
    status,
    target,
    time: `${Math.round(durationMs)} ms`,
    message: attempts === 1 ? message : `${message} (${attempts} attempts)`,
  }))
  const widest = (of: (row: (typeof rows)[number]) => string, title: string): number =>
    Math.max(title.length, ...rows.map((row) => of(row).length))
  const status = widest((row) => row.status, 'STATUS')
  const time = widest((row) => row.time, 'TIME')
  const most = terminal.interactive ? Math.max(leastTarget, Math.floor(terminal.columns / 2)) : Infinity
  const target = Math.min(
    most,
    widest((row) => row.target, 'TARGET'),
  )
  const rest = terminal.interactive ? Math.max(10, terminal.columns - status - target - time - 6) : Infinity
  const line = (cells: readonly [string, string, string, string], style?: Style): string => {
    const first = cells[0].padEnd(status)
    const shown = style === undefined ? terminal.style('dim', first) : terminal.style(style, first)
    const others = `${cut(cells[1], target).padEnd(target)}  ${cells[2].padStart(time)}  ${cut(cells[3], rest)}`
    return `${shown}  ${style === undefined ? terminal.style('dim', others) : others}`.trimEnd()
  }
  const lines = rows.map((row) => line([row.status, row.target, row.time, row.message], styles[row.status]))
  return `${[line(['STATUS', 'TARGET', 'TIME', 'SAYS']), ...lines].join('\n')}\n`
}

/** Cut in the middle: the end of a URL says which probe it is. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text
  const tail = Math.floor((most - 1) / 2)
  return `${text.slice(0, most - 1 - tail)}…${text.slice(text.length - tail)}`
}
