import fc from 'fast-check'
import { beforeAll, describe, expect, it, test } from 'vitest'
import { faultsOf } from '../../../../../tests/format-validity.ts'
import { createHealth } from '../../core/create-health.ts'
import type { Data } from '../../core/data.ts'
import { type Visibility, visibilities } from '../../core/group-settings.ts'
import type { HealthSource } from '../../core/health.ts'
import type { ApplicationReport, CheckReport, Report } from '../../core/report.ts'
import { isHealthy, statuses } from '../../core/status.ts'
import { boundText } from '../../core/text.ts'
import { Problems } from '../../errors/problems.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { Exclusions } from '../probes/exclusion.ts'
import { Renderer } from '../probes/render.ts'
import { formatSettings } from '../settings/format-settings.ts'
import { type FormatName, formatNames } from './built-in-formats.ts'

// What the core lets through: bounded, one line, well-formed.
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('"', '<', '\\', 'é🙂'),
  )
  .map((given) => boundText(given) ?? 'empty')
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,20}$/).filter((given) => given !== 'application')
const moment = fc.integer({ min: 0, max: 4_102_444_800_000 })
const status = fc.constantFrom(...statuses)
const data = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Data>

const secrets = {
  runbook: 'https://wiki.example/only-operators-see-this',
  errorCode: 'EONLYOPERATORS',
  tag: 'a-tag-for-operators',
  componentType: 'a-type-for-operators',
}

const checkReport: fc.Arbitrary<CheckReport> = fc
  .record({
    name,
    status,
    message: maybe(text),
    error: maybe(text),
    data: maybe(data),
    dataNote: maybe(text),
    durationMs: maybe(fc.double({ min: 0, max: 1e7, noNaN: true })),
    checkedAt: maybe(moment),
    since: moment,
    critical: fc.boolean(),
    enabled: fc.boolean(),
    impact: maybe(text),
    intervalMs: maybe(fc.integer({ min: 1, max: 1e9 })),
  })
  .map(({ impact, intervalMs, ...given }) => ({
    ...(defined(given) as unknown as CheckReport),
    errorCode: secrets.errorCode,
    details: {
      kind: 'dependency' as const,
      failureThreshold: 1,
      successThreshold: 1,
      consecutiveFailures: 0,
      consecutiveSuccesses: 1,
      outstandingRuns: 0,
      timeoutMs: 500,
      tags: [secrets.tag],
      componentType: secrets.componentType,
      runbook: secrets.runbook,
      ...(defined({ impact, intervalMs }) as { impact?: string; intervalMs?: number }),
    },
  }))

const application: fc.Arbitrary<ApplicationReport> = fc
  .record({
    status,
    state: maybe(fc.constantFrom('starting', 'running', 'draining', 'failed')),
    message: maybe(text),
  })
  .map((given) => defined(given) as unknown as ApplicationReport)

const report: fc.Arbitrary<Report> = fc
  .record({
    kind: fc.constantFrom('probe', 'group', 'check'),
    name: fc.oneof(fc.constantFrom('liveness', 'readiness', 'startup', 'application'), name),
    status,
    application,
    checks: fc.uniqueArray(checkReport, { selector: (each) => each.name, maxLength: 6 }),
    timestamp: maybe(moment),
    uptimeMs: maybe(fc.integer({ min: 0, max: 1e12 })),
  })
  .map(({ checks, ...given }) => {
    const [single] = checks
    const shown = given.kind === 'check' && single !== undefined ? [single] : checks
    const named = Object.assign(
      Object.create(null),
      Object.fromEntries(shown.map((each) => [each.name, each])),
    )
    const ofCheck = given.kind === 'check' &&
      single !== undefined && { name: single.name, status: single.status }
    return defined({ ...given, ...ofCheck, checks: named }) as unknown as Report
  })
  .filter(({ kind, checks }) => kind !== 'check' || Object.keys(checks).length > 0)

function defined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T
}

const health: HealthSource = createHealth({
  clock: fakeClock(),
  service: { name: 'a service ✓', version: '1.2.3-β' },
  checks: {},
  groups: { pay: { members: [] } },
})

/** Every representation, its verbose one too. */
const renderers: readonly (readonly [FormatName, Renderer])[] = formatNames.flatMap((format) => {
  const forms = formatSettings({ formats: [format] }, new Problems())
  const lists =
    format === 'json' ? formatSettings({ formats: [format], detailsAs: 'list' }, new Problems()) : []
  return [...forms, ...lists].flatMap((form) => {
    const renderer = new Renderer(health, form)
    const all = renderer.verbose === renderer ? [renderer] : [renderer, renderer.verbose]
    return all.map((each) => [format, each] as const)
  })
})

const exclusions = new Exclusions()

beforeAll(async () => {
  for (const [, renderer] of renderers) await renderer.loading()
})

describe.each(visibilities)('every format at %s', (visibility: Visibility) => {
  it.each(renderers.map(([format, renderer]) => [format, renderer.mediaType, renderer] as const))(
    '%s (%s) is valid whatever the report, and shows no more than it may',
    (format, _mediaType, renderer) => {
      fc.assert(
        fc.property(report, fc.array(name, { maxLength: 2 }), (given, excluded) => {
          const shown = exclusions.of(given, [...excluded, ...Object.keys(given.checks).slice(0, 1)])
          for (const each of [given, shown]) {
            const response = renderer.response(each, visibility, 'GET')
            expect(faultsOf(format, response), response.body).toEqual([])
            const code = format === 'prometheus' || isHealthy(each.status) ? 200 : 503
            expect(response.status).toBe(code)
            expect(response.headers['Content-Length']).toBe(String(Buffer.byteLength(response.body)))
            const told = Object.values(secrets).filter((secret) => response.body.includes(secret))
            if (visibility !== 'debug') expect(told).toEqual([])
          }
        }),
        { numRuns: 60 },
      )
    },
  )
})

test('at status no format tells a name, a text, data or a time', () => {
  const check = {
    name: 'zebra.name',
    status: 'DOWN',
    error: 'zebra error',
    message: 'zebra message',
    data: { zebra: 'zebra data' },
    dataNote: 'zebra note',
    durationMs: 123.456,
    checkedAt: Date.UTC(2031, 1, 3),
    since: Date.UTC(2031, 1, 3),
    critical: true,
    enabled: true,
    details: { tags: ['zebra tag'], impact: 'zebra impact', runbook: 'https://zebra.example' },
  } as unknown as CheckReport
  const given: Report = {
    name: 'readiness',
    kind: 'probe',
    status: 'DOWN',
    application: { status: 'OUT_OF_SERVICE', state: 'draining', message: 'zebra reason' },
    checks: { 'zebra.name': check },
    timestamp: Date.UTC(2031, 1, 3),
    uptimeMs: 7_654_321,
  }
  for (const [format, renderer] of renderers) {
    const { body } = renderer.response(given, 'status', 'GET')
    expect(body, format).not.toMatch(/zebra|2031|7654|0\.123|123 ms|draining|a service|1\.2\.3/)
    // The same must be there where it may be, or this looked for nothing.
    const shown = renderer.response(given, 'components', 'GET').body
    expect(shown, format).toMatch(/zebra/)
  }
})

test('what could be mistaken for a secret is shown to operators, or this would look for nothing', () => {
  const [sample] = fc.sample(
    report.filter(({ checks, kind }) => kind !== 'check' && Object.keys(checks).length > 1),
    1,
  )
  const [json] = renderers.filter(([format]) => format === 'json').map(([, renderer]) => renderer)
  const body = json?.response(sample as Report, 'debug', 'GET').body ?? ''
  for (const secret of Object.values(secrets)) expect(body).toContain(secret)
})
