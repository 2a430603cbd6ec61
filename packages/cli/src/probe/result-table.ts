import type { ProbeResult } from 'hale/probe'
import type { Style, Terminal } from '../command/terminal.ts'
import { cut, fitted, widthOf } from '../command/text-width.ts'
import { withinBytes } from './within-bytes.ts'

const styles: Readonly<Record<ProbeResult['status'], Style>> = {
  UP: 'green',
  DEGRADED: 'yellow',
  DOWN: 'red',
}
const leastTarget = 12
/** In a pipe; one URL without end would leave no room for the others, nor for itself. */
const mostTarget = 256
/** Fewer columns hold no table that says anything. */
const leastColumns = 60
const statusColumns = 'DEGRADED'.length

/** A row for each target; what does not fit the terminal is cut, and in a pipe what Docker and Consul would cut. */
export function resultTable(results: readonly ProbeResult[], terminal: Terminal): string {
  const { interactive, columns } = terminal
  const lines = interactive && columns < leastColumns ? blocks(results, terminal) : rows(results, terminal)
  if (interactive) return `${lines.join('\n')}\n`
  const [head = '', ...others] = lines
  return withinBytes(head, others, results)
}

function rows(results: readonly ProbeResult[], terminal: Terminal): readonly string[] {
  const cells = results.map((result) => ({ ...result, time: timeOf(result), says: saidBy(result) }))
  const widest = (texts: readonly string[]): number => Math.max(...texts.map(widthOf))
  const time = widest(['TIME', ...cells.map((each) => each.time)])
  const longest = widest(['TARGET', ...cells.map((each) => each.target)])
  const { interactive, columns } = terminal
  const most = interactive ? Math.max(leastTarget, Math.floor(columns / 2)) : mostTarget
  const target = Math.min(longest, most)
  const says = interactive ? columns - statusColumns - target - time - 6 : Infinity
  const rest = (each: { target: string; time: string; says: string }): string =>
    `${fitted(cutWithin(each.target, target), target)}  ${each.time.padStart(time)}  ${cut(each.says, says)}`.trimEnd()
  const head = `${'STATUS'.padEnd(statusColumns)}  ${rest({ target: 'TARGET', time: 'TIME', says: 'SAYS' })}`
  return [terminal.style('dim', head), ...cells.map((each) => `${statusOf(each, terminal)}  ${rest(each)}`)]
}

/** Two lines for each. */
function blocks(results: readonly ProbeResult[], terminal: Terminal): readonly string[] {
  return results.flatMap((result) => [
    `${statusOf(result, terminal)}  ${cutWithin(result.target, terminal.columns - statusColumns - 2)}`,
    cut(`  ${saidBy(result)} (${timeOf(result)})`, terminal.columns),
  ])
}

function statusOf({ status }: ProbeResult, terminal: Terminal): string {
  return terminal.style(styles[status], status.padEnd(statusColumns))
}

function timeOf({ durationMs }: ProbeResult): string {
  return `${Math.round(durationMs)} ms`
}

function saidBy({ attempts, message }: ProbeResult): string {
  return attempts === 1 ? message : `${message} (${attempts} attempts)`
}

/** Cut in the middle: the end of a URL says which probe it is. */
function cutWithin(text: string, most: number): string {
  if (text.length <= most) return text
  const tail = Math.floor((most - 1) / 2)
  return `${text.slice(0, most - 1 - tail)}…${text.slice(text.length - tail)}`
}
