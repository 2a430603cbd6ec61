import { cut, fitted, widthOf } from '../command/text-width.ts'
import type { EndpointCheck, EndpointReading } from '../endpoint/endpoint-answer.ts'
import { columnsFor } from './columns.ts'
import { ageText, latencyText } from './figures.ts'
import { inColourOf, type Look } from './look.ts'
import type { Size } from './size.ts'
import { statusText } from './status-text.ts'
import { messageOf, sortedBySeverity, type Watched } from './watched.ts'

const leastForMessage = 16

/** What is known of one endpoint: where it is, what it says of itself, and a line a check, the worst first. */
export function checkLines(endpoint: Watched, now: number, size: Size, look: Look): readonly string[] {
  const { columns, rows } = size
  if (rows < 1) return []
  const { reading } = endpoint
  const title = look.style('bold', cut(endpoint.address, columns, look.signs.more))
  const about = cut(aboutText(endpoint, look), columns, look.signs.more)
  const head = [
    title,
    ...(about === '' ? [] : [look.style('dim', about)]),
    ...ownMessage(reading, columns, look),
  ]
  const checks = reading?.answered ? sortedBySeverity(reading.checks) : []
  const room = rows - head.length
  const name = nameWidth(checks, columns)
  const blocks = checks.map((check) => checkBlock(check, name, endpoint, now, columns, look))
  return [...head, ...fitting(blocks, room, look)].slice(0, rows)
}

/** As many blocks as there is room for, and how many are left out. */
function fitting(blocks: readonly (readonly string[])[], room: number, look: Look): readonly string[] {
  if (blocks.flat().length <= room) return blocks.flat()
  const lines: string[] = []
  let shown = 0
  for (const block of blocks) {
    if (lines.length + block.length > room - 1) break
    lines.push(...block)
    shown += 1
  }
  return [...lines, look.style('dim', `  ${look.signs.more} ${blocks.length - shown} more`)]
}

function aboutText({ reading, service }: Watched, { signs }: Look): string {
  if (reading === undefined) return 'not asked yet'
  const version = reading.answered ? reading.version : undefined
  const named = [service, version].filter((part) => part !== undefined).join(' ')
  const parts = [named, ...(reading.answered ? [`HTTP ${reading.httpStatus}`, reading.kind] : ['no answer'])]
  return parts.filter((part) => part !== '').join(` ${signs.dot} `)
}

/** What no line of a check tells. */
function ownMessage(reading: EndpointReading | undefined, columns: number, look: Look): readonly string[] {
  if (reading === undefined) return []
  const message = reading.answered ? reading.message : messageOf(reading)
  return message === undefined
    ? []
    : [inColourOf(reading.status, cut(message, columns, look.signs.more), look)]
}

function nameWidth(checks: readonly EndpointCheck[], columns: number): number {
  const longest = Math.max(0, ...checks.map(({ name }) => widthOf(name)))
  // Where it is all that there is room for, it gets that.
  const most = columnsFor(columns).since === 0 ? columns - 4 : Math.floor(columns / 3)
  return Math.min(longest, Math.max(8, most))
}

/** A line, and another for the reason where the first has no room for it. */
function checkBlock(
  { name, status, message, durationMs, critical }: EndpointCheck,
  nameColumns: number,
  { checks }: Watched,
  now: number,
  columns: number,
  look: Look,
): readonly string[] {
  const widths = columnsFor(columns)
  const since = checks.get(name)
  const cells = [
    `  ${inColourOf(status, fitted(statusText(status, widths.status, look), widths.status), look)}`,
    fitted(name, nameColumns, look.signs.more),
    ...(widths.since === 0
      ? []
      : [fitted(since === undefined ? '' : ageText(since, now, look), widths.since, undefined, 'right')]),
    ...(widths.latency === 0
      ? []
      : [
          fitted(durationMs === undefined ? '' : latencyText(durationMs), widths.latency, undefined, 'right'),
        ]),
  ]
  const left = columns - 2 - widths.status - nameColumns - widths.since - widths.latency - 3 - 2
  const note = critical === false && status !== 'UP' ? '(not critical) ' : ''
  const why = `${note}${message ?? ''}`.trimEnd()
  const line = cells.join(' ')
  if (why === '') return [line.trimEnd()]
  if (left >= leastForMessage) return [`${line}${look.style('dim', `  ${cut(why, left, look.signs.more)}`)}`]
  const below = look.style('dim', `    ${cut(why, columns - 4, look.signs.more)}`)
  return status === 'UP' ? [line] : [line, below]
}
