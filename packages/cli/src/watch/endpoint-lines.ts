import { cut, fitted, widthOf } from '../command/text-width.ts'
import { type Columns, columnsFor } from './columns.ts'
import { ageText, latencyText } from './figures.ts'
import { inColourOf, type Look } from './look.ts'
import type { Size } from './size.ts'
import { sparkline } from './sparkline.ts'
import { statusText } from './status-text.ts'
import type { WatchState } from './watch-state.ts'
import { messageOf, type Watched } from './watched.ts'

/** A line an endpoint under a head, `rows` at most, with the chosen one among them. */
export function endpointLines(state: WatchState, now: number, size: Size, look: Look): readonly string[] {
  const widths = widthsFor(state, size.columns)
  const room = Math.max(1, size.rows - 1)
  const first = Math.max(0, Math.min(state.chosen - Math.floor(room / 2), state.endpoints.length - room))
  const shown = state.endpoints.slice(first, first + room)
  const lines = shown.map((each, index) => line(each, first + index, state, now, widths, look))
  const hidden = state.endpoints.length - shown.length
  return [headLine(widths, hidden, look), ...lines]
}

/** What an endpoint is called: as its service, unless several are called so. */
export function nameOf({ endpoints }: WatchState, index: number): string {
  const own = endpoints[index]
  if (own === undefined) return ''
  const address = own.address.replace(/^https?:\/\//, '')
  if (own.service === undefined) return address
  const namesakes = endpoints.filter(({ service }) => service === own.service)
  return namesakes.length === 1 ? own.service : `${own.service} ${address}`
}

interface Widths extends Columns {
  readonly name: number
  readonly spark: number
  /** 0 where it does not fit beside the rest. */
  readonly message: number
}

function widthsFor(state: WatchState, columns: number): Widths {
  const common = columnsFor(columns)
  const { status, since, latency } = common
  const spark = columns < 56 ? 0 : Math.min(30, Math.floor(columns / 5))
  // 3: the sign of the chosen one, and what stands before it and the name.
  const beside = 3 + status + (since === 0 ? 0 : since + 1) + (latency === 0 ? 0 : latency + 2)
  const left = columns - beside - (spark === 0 ? 0 : spark + 1)
  const longest = Math.max(8, ...state.endpoints.map((_, index) => widthOf(nameOf(state, index))))
  const name = Math.min(left, longest)
  const message = left - name - 2
  return { ...common, name, spark, message: message < 12 ? 0 : message }
}

function headLine(widths: Widths, hidden: number, look: Look): string {
  const { name, status, since, latency, spark, message } = widths
  const cells = [
    `  ${fitted(status < 5 ? '' : 'STATUS', status)}`,
    fitted(hidden === 0 ? 'SERVICE' : `SERVICE (+${hidden})`, name),
    ...(since === 0 ? [] : [fitted('SINCE', since, undefined, 'right')]),
    ...(latency === 0
      ? []
      : [` ${fitted('LATENCY', (spark === 0 ? 0 : spark + 1) + latency, undefined, 'right')}`]),
  ]
  return look.style('dim', cells.join(' ').concat(message === 0 ? '' : '  MESSAGE'))
}

function line(
  endpoint: Watched,
  index: number,
  state: WatchState,
  now: number,
  widths: Widths,
  look: Look,
): string {
  const { status, since, reading, latencies } = endpoint
  const { signs } = look
  const chosen = index === state.chosen && state.endpoints.length > 1
  const name = fitted(nameOf(state, index), widths.name, signs.more)
  const message = reading === undefined ? undefined : messageOf(reading)
  const last =
    reading === undefined ? signs.none : reading.answered ? latencyText(reading.durationMs) : signs.none
  const spark = widths.spark === 0 ? '' : ` ${look.style('cyan', sparkline(latencies, widths.spark, signs))}`
  const cells = [
    `${chosen ? look.style('cyan', signs.chosen) : ' '} ${inColourOf(status, fitted(statusText(status, widths.status, look), widths.status), look)}`,
    chosen ? look.style('bold', name) : name,
    ...(widths.since === 0
      ? []
      : [fitted(since === undefined ? '' : ageText(since, now, look), widths.since, undefined, 'right')]),
    ...(widths.latency === 0 ? [] : [spark, fitted(last, widths.latency, undefined, 'right')]),
  ]
  const why =
    widths.message === 0 || message === undefined ? '' : `  ${cut(message, widths.message, signs.more)}`
  return cells.join(' ') + look.style('dim', why)
}
