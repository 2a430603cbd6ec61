import { widthOf } from '../command/text-width.ts'
import type { EndpointReading } from '../endpoint/endpoint-answer.ts'
import { latencyText } from './figures.ts'
import { inColourOf, type Look } from './look.ts'
import { messageOf, sortedBySeverity, type Transition } from './watched.ts'

/** One endpoint as it is: a line, and one for each check that is not UP. */
export function readingText(name: string, address: string, reading: EndpointReading, look: Look): string {
  const { signs } = look
  const failing = reading.answered
    ? sortedBySeverity(reading.checks).filter(({ status }) => status !== 'UP')
    : []
  // What a check's line tells is not said twice.
  const message = reading.answered && failing.length > 0 ? reading.message : messageOf(reading)
  const parts = [
    `${inColourOf(reading.status, `${signs.status[reading.status]} ${reading.status}`, look)} ${look.style('bold', name)}`,
    ...(name === address ? [] : [look.style('dim', address)]),
    ...(reading.answered ? [latencyText(reading.durationMs)] : []),
    ...(message === undefined ? [] : [message]),
  ]
  const width = Math.max(0, ...failing.map((check) => widthOf(check.name)))
  const lines = failing.map((check) => {
    const status = inColourOf(check.status, `${signs.status[check.status]} ${check.status}`, look)
    const space = ' '.repeat(width - widthOf(check.name))
    const note = check.critical === false ? ' (not critical)' : ''
    return `  ${check.name}${space}  ${status}${note}${check.message === undefined ? '' : `  ${check.message}`}`
  })
  return `${[parts.join('  '), ...lines].join('\n')}\n`
}

/** One change in one line, which begins with its time. */
export function transitionText(name: string, transition: Transition, { signs, ...look }: Look): string {
  const { at, check, from, to, message } = transition
  const who = check === undefined ? name : `${name} ${signs.dot} ${check}`
  const change = `${from} ${signs.arrow} ${inColourOf(to, to, { signs, ...look })}`
  const why = message === undefined ? '' : `  ${message}`
  return `${new Date(at).toISOString()}  ${who}  ${change}${why}\n`
}

/** One reading as JSON on one line; `from` is there when the status changed. */
export function readingJson(
  url: string,
  at: number,
  reading: EndpointReading,
  transitions: readonly Transition[],
): string {
  const { status, durationMs } = reading
  const from = transitions.find(({ check }) => check === undefined)?.from
  const message = messageOf(reading)
  const line = {
    at: new Date(at).toISOString(),
    url,
    ...(reading.answered && reading.service !== undefined && { service: reading.service }),
    status,
    ...(from !== undefined && { from }),
    ...(message !== undefined && { message }),
    answered: reading.answered,
    ...(reading.answered && { http_status: reading.httpStatus, format: reading.kind }),
    response_time_ms: Math.round(durationMs * 10) / 10,
    ...(reading.answered && { checks: Object.fromEntries(reading.checks.map(checkJson)) }),
  }
  return `${JSON.stringify(line)}\n`
}

type Check = (EndpointReading & { answered: true })['checks'][number]

function checkJson({ name, since, durationMs, ...rest }: Check): readonly [string, object] {
  const times = {
    ...(durationMs !== undefined && { response_time_ms: durationMs }),
    ...(since !== undefined && { since: new Date(since).toISOString() }),
  }
  return [name, { ...rest, ...times }]
}
