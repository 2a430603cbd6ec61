import { cut, fitted, widthOf } from '../command/text-width.ts'
import { checkLines } from './check-lines.ts'
import { endpointLines, nameOf } from './endpoint-lines.ts'
import { inColourOf, type Look } from './look.ts'
import type { Size } from './size.ts'
import type { WatchState } from './watch-state.ts'
import type { Transition } from './watched.ts'

/** What the renderer shall leave for the transitions, when the checks would take all. */
const fewestTransitions = 3

/** The whole screen: at most `rows` lines of at most `columns` columns. */
export function render(state: WatchState, now: number, size: Size, look: Look): readonly string[] {
  const foot = [look.style('dim', cut(footText(size, look), size.columns, look.signs.more))]
  const head = [headLine(state, now, size, look), '']
  const room = Math.max(0, size.rows - head.length - foot.length)
  const body = state.help ? helpLines(size, look) : bodyLines(state, now, { ...size, rows: room }, look)
  const filled = [...body.slice(0, room), ...Array<string>(Math.max(0, room - body.length)).fill('')]
  return [...head, ...filled, ...foot].slice(0, size.rows)
}

function headLine(state: WatchState, now: number, { columns }: Size, look: Look): string {
  const { length } = state.endpoints
  const about = ` ${length} endpoint${length === 1 ? '' : 's'} every ${state.intervalMs / 1000} s`
  const right = state.paused ? `PAUSED ${look.clock(now)}` : look.clock(now)
  const left = columns - widthOf(right) - 1
  const title = cut('hale watch', left, look.signs.more)
  const rest = fitted(about, left - widthOf(title), look.signs.more)
  const told = state.paused ? look.style('yellow', right) : look.style('dim', right)
  return `${look.style('bold', title)}${look.style('dim', rest)} ${told}`
}

function bodyLines(state: WatchState, now: number, size: Size, look: Look): readonly string[] {
  const endpoint = state.endpoints[state.chosen]
  // Many endpoints leave room for what has changed, and the chosen one stays in sight.
  const most = Math.max(2, Math.min(state.endpoints.length + 1, size.rows - 2 * fewestTransitions))
  const table = endpointLines(state, now, { ...size, rows: most }, look)
  const left = size.rows - table.length
  const reserved = Math.min(state.transitions.length, fewestTransitions) + 2
  const detail =
    state.open && endpoint !== undefined
      ? ['', ...checkLines(endpoint, now, { ...size, rows: left - 1 - reserved }, look)]
      : []
  const rest = left - detail.length
  return [...table, ...detail, ...transitionLines(state, { ...size, rows: rest }, look)]
}

function transitionLines(state: WatchState, { columns, rows }: Size, look: Look): readonly string[] {
  if (rows < 3) return []
  const { transitions } = state
  if (transitions.length === 0) return ['', look.style('dim', cut('Nothing has changed yet.', columns))]
  const title = look.style('bold', cut('Transitions', columns))
  return [
    '',
    title,
    ...transitions.slice(0, rows - 2).map((each) => transitionLine(each, state, columns, look)),
  ]
}

function transitionLine(transition: Transition, state: WatchState, columns: number, look: Look): string {
  const { at, check, from, to, message } = transition
  const { arrow, more, dot } = look.signs
  const when = `${look.clock(at)} `
  const change = `${from} ${arrow} `
  const fixed = widthOf(when) + widthOf(change) + widthOf(to) + 1
  const who = [
    ...(state.endpoints.length > 1 ? [nameOf(state, transition.endpoint)] : []),
    ...(check ? [check] : []),
  ]
  const name = cut(
    who.join(` ${dot} `) || nameOf(state, transition.endpoint),
    Math.max(6, columns - fixed),
    more,
  )
  const left = columns - fixed - widthOf(name) - 2
  const why = message !== undefined && left > 4 ? `  ${cut(message, left, more)}` : ''
  const line = `${look.style('dim', when)}${name} ${change}${inColourOf(to, to, look)}${look.style('dim', why)}`
  // On a terminal that narrow the name alone fills the line.
  return fixed + widthOf(name) > columns ? cut(`${when}${name} ${change}${to}`, columns, more) : line
}

function footText({ columns }: Size, { signs }: Look): string {
  if (columns < 62) return `q quit  space pause  ${signs.up}${signs.down}  enter  r  ?`
  return `q quit  space pause  ${signs.up}${signs.down} choose  enter details  r now  ? help`
}

function helpLines({ columns }: Size, look: Look): readonly string[] {
  const { up, down, atLeast, failed } = look.signs
  const lines = [
    ['q, Ctrl-C', 'quit'],
    ['space', 'pause, and go on'],
    [`${up} ${down}, k j`, 'choose an endpoint'],
    ['g G', 'the first, the last'],
    ['enter', 'show its checks, or hide them'],
    ['esc', 'back'],
    ['r', 'ask all now'],
    ['?', 'this help'],
    ['', ''],
    [`${atLeast} 5m`, 'at least so long: it was so at the first look'],
    [failed, 'no answer'],
  ] as const
  return lines.map(([keys, does]) => {
    const what = cut(does, columns - 12, look.signs.more)
    return keys === '' ? '' : `  ${look.style('cyan', fitted(keys, 10))}${what}`
  })
}
