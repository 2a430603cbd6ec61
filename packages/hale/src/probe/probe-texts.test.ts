import { expect, it } from 'vitest'
import {
  grpcCode,
  nagiosCode,
  nagiosText,
  nagiosUnknown,
  type ProbeResult,
  probeJson,
  probeText,
} from './index.ts'

const well: ProbeResult = {
  status: 'UP',
  healthy: true,
  message: 'HTTP 200',
  target: 'https://orders.example/health',
  durationMs: 41.26,
  attempts: 1,
  httpStatus: 200,
  bodyBytes: 214,
  certificateDaysLeft: 61.4,
}
const down: ProbeResult = {
  ...well,
  status: 'DOWN',
  healthy: false,
  message: 'a | b',
  attempts: 3,
  cause: 'no-answer',
}

it('is a line for people', () => {
  expect(probeText(well)).toBe('UP https://orders.example/health: HTTP 200 (41 ms)')
  expect(probeText(down)).toBe('DOWN https://orders.example/health: a | b (41 ms, 3 attempts)')
})

it('is a line for Nagios, with no bar but the one before the measurements', () => {
  expect(nagiosText(well, { timeoutMs: 3000, degradedAfterMs: 300 })).toBe(
    'PROBE OK - HTTP 200 | time=0.041260s;0.3;3;0 size=214B;;;0 certificate_days=61.4',
  )
  expect(nagiosText(down, { timeoutMs: 500 })).toMatch(/^PROBE CRITICAL - a \/ b \| time=0\.041260s;;0\.5;0 /)
})

/** Each as the guidelines of monitoring plugins have it: 'label'=value[UOM];[warn];[crit];[min];[max]. */
const perfdata =
  /^[^\s=';|]+=(?:-?\d+(?:\.\d+)?)(?:us|ms|s|%|[KMGT]?B|c)?(?:;(?:@?(?:~|-?\d+(?:\.\d+)?)?:?(?:-?\d+(?:\.\d+)?)?)){0,2}(?:;(?:-?\d+(?:\.\d+)?)?){0,2}$/

it('measures as a monitoring plugin does, with limits as ranges', () => {
  const days = { degradedAt: 14, downAt: 7 }
  const all = [
    nagiosText(well, { timeoutMs: 3000, degradedAfterMs: 300, daysLeft: days }),
    nagiosText({ ...well, certificateDaysLeft: -3.5 }, { timeoutMs: 3000, daysLeft: { downAt: 7 } }),
    nagiosText(down, { timeoutMs: 1 }),
  ]
  expect(all.map((text) => text.slice(text.indexOf('certificate_days')))).toEqual([
    'certificate_days=61.4;14:;7:',
    'certificate_days=-3.5;;7:',
    'certificate_days=61.4',
  ])
  for (const text of all)
    for (const measured of text.slice(text.indexOf(' | ') + 3).split(' ')) expect(measured).toMatch(perfdata)
})

it('is one line on stdout for Nagios where nothing could be found out', () => {
  expect(nagiosUnknown(['--a: expected | or\nb', 'no target'])).toBe(
    'PROBE UNKNOWN - --a: expected / or b; no target',
  )
  expect(Buffer.byteLength(nagiosUnknown(['ü'.repeat(9000)]))).toBeLessThan(4096)
})

it('cuts between characters what is too long, and never a line of JSON', () => {
  const long = { ...well, target: `http://a/${'ü'.repeat(4000)}` }
  for (const text of [
    probeText(long),
    nagiosText({ ...well, message: 'ü'.repeat(4000) }, { timeoutMs: 1 }),
    probeJson(long),
  ]) {
    expect(Buffer.byteLength(text)).toBeLessThan(4096)
    expect(text).not.toContain('\ufffd')
  }
  expect(JSON.parse(probeJson(long))).toMatchObject({ status: 'UP', httpStatus: 200 })
})

it('has exit codes', () => {
  const of = (cause: ProbeResult['cause']): number => grpcCode({ status: 'DOWN', ...(cause && { cause }) })
  expect([of('unreachable'), of('no-answer'), of('unexpected-answer'), of('not-serving')]).toEqual([
    2, 3, 3, 4,
  ])
  expect([grpcCode(well), grpcCode({ status: 'DEGRADED' })]).toEqual([0, 0])
  expect([nagiosCode(well), nagiosCode({ status: 'DEGRADED' }), nagiosCode(down)]).toEqual([0, 1, 2])
})
