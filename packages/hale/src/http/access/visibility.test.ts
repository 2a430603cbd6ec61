import { describe, expect, it } from 'vitest'
import { check } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import type { Visibility } from '../../core/group-settings.ts'
import { up } from '../../core/outcome.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import type { HealthRequest } from '../exchange.ts'
import { createHandler } from '../handle.ts'
import type { HandlerOptions } from '../handler-settings.ts'
import { VisibilityPolicy } from './visibility.ts'

const secret = 'correct horse battery staple'
const token = { value: secret, visibility: 'debug' } as const
const stranger: HealthRequest = { headers: {} }

function bearing(authorization: string | string[]): HealthRequest {
  return { headers: { authorization } }
}

describe('a constant visibility', () => {
  it.each<readonly [Visibility | undefined, Visibility | undefined, Visibility]>([
    [undefined, undefined, 'components'],
    ['status', undefined, 'status'],
    ['debug', undefined, 'debug'],
    [undefined, 'status', 'status'],
    [undefined, 'debug', 'debug'],
    ['components', 'debug', 'components'],
    ['status', 'debug', 'status'],
    ['debug', 'status', 'status'],
    ['debug', 'debug', 'debug'],
    ['components', 'status', 'status'],
  ])('of %s with a group of %s shows %s', (visibility, ofGroup, shown) => {
    const policy = new VisibilityPolicy({ visibility, token: undefined })
    expect(policy.of(stranger, ofGroup)).toBe(shown)
    expect(policy.of(bearing(`Bearer ${secret}`), ofGroup)).toBe(shown)
  })
})

describe('a visibility by request', () => {
  it.each<readonly [Visibility, Visibility | undefined, Visibility]>([
    ['status', undefined, 'status'],
    ['components', undefined, 'components'],
    ['debug', undefined, 'debug'],
    ['debug', 'status', 'debug'],
    ['status', 'components', 'components'],
  ])('of %s with a group of %s shows %s', (returned, ofGroup, shown) => {
    const policy = new VisibilityPolicy({ visibility: () => returned, token: undefined })
    expect(policy.of(stranger, ofGroup)).toBe(shown)
  })

  it('is given the request', () => {
    const visibility = ({ socket }: HealthRequest): Visibility =>
      socket?.remoteAddress === '10.0.0.1' ? 'debug' : 'status'
    const policy = new VisibilityPolicy({ visibility, token: undefined })
    expect(policy.of({ headers: {}, socket: { remoteAddress: '10.0.0.1' } }, undefined)).toBe('debug')
    expect(policy.of(stranger, undefined)).toBe('status')
  })

  it.each([undefined, null, '', 'DEBUG', 'everything', true, 2, {}, ['debug'], Promise.resolve('debug')])(
    'that returns %s shows the status alone',
    (returned) => {
      const visibility = (() => returned) as unknown as () => Visibility
      expect(new VisibilityPolicy({ visibility, token: undefined }).of(stranger, undefined)).toBe('status')
    },
  )

  it.each([new Error('no'), undefined, 'x'])('that throws %s shows the status alone', (thrown) => {
    const visibility = (): never => {
      throw thrown
    }
    expect(new VisibilityPolicy({ visibility, token: undefined }).of(stranger, undefined)).toBe('status')
    expect(new VisibilityPolicy({ visibility, token }).of(bearing(`Bearer ${secret}`), undefined)).toBe(
      'debug',
    )
  })
})

describe('a token', () => {
  const policy = new VisibilityPolicy({ visibility: 'status', token })

  it.each([`Bearer ${secret}`, `bearer ${secret}`, `BEARER   ${secret}`])(
    'raises visibility for %j',
    (authorization) => {
      expect(policy.of(bearing(authorization), undefined)).toBe('debug')
      expect(policy.of(bearing(authorization), 'status')).toBe('debug')
      expect(policy.of(bearing([authorization]), undefined)).toBe('debug')
    },
  )

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer    ',
    secret,
    `Basic ${secret}`,
    `Bearer${secret}`,
    `Bearer\t${secret}`,
    ` Bearer ${secret}`,
    `Bearer ${secret} `,
    `Bearer ${secret}x`,
    `Bearer ${secret.slice(0, -1)}`,
    `Bearer ${secret.toUpperCase()}`,
    `Bearer ${secret}${secret}`,
    `Bearer ${secret}\n`,
    `Bearer "${secret}"`,
    'Bearer undefined',
    'Bearer null',
    'Bearer \u0000',
    `Bearer ${'x'.repeat(100_000)}`,
  ])('changes nothing for %j', (authorization) => {
    expect(policy.of(bearing(authorization), undefined)).toBe('status')
  })

  it('is taken from the first of several headers', () => {
    expect(policy.of(bearing(['Bearer wrong', `Bearer ${secret}`]), undefined)).toBe('status')
  })

  it('raises to the level it was given, and never lowers', () => {
    const terse = { value: secret, visibility: 'components' } as const
    const raised = (visibility: Visibility): Visibility =>
      new VisibilityPolicy({ visibility, token: terse }).of(bearing(`Bearer ${secret}`), undefined)
    expect([raised('status'), raised('components'), raised('debug')]).toEqual([
      'components',
      'components',
      'debug',
    ])
  })

  it('beside a function: the higher of the two', () => {
    const both = new VisibilityPolicy({ visibility: () => 'components', token })
    expect(both.of(stranger, undefined)).toBe('components')
    expect(both.of(bearing('Bearer wrong'), undefined)).toBe('components')
    expect(both.of(bearing(`Bearer ${secret}`), undefined)).toBe('debug')
  })

  it('of any length that is accepted at creation works', () => {
    const long = 'x'.repeat(5000)
    expect(() => createHandler(createHealth({ checks: {} }), { token: long })).not.toThrow()
    const policyOfLong = new VisibilityPolicy({
      visibility: 'status',
      token: { value: long, visibility: 'debug' },
    })
    expect(policyOfLong.of(bearing(`Bearer ${long}`), undefined)).toBe('debug')
  })

  // All of it fits into the 16 KiB of headers that node:http takes.
  it.each([
    ['spaces', `Bearer${' '.repeat(15_000)}`],
    ['spaces before a long text', `Bearer${' '.repeat(8000)}${'x'.repeat(7000)}`],
    ['spaces before a line end', `Bearer${' '.repeat(8000)}\n`],
    ['a long text', `Bearer ${'x'.repeat(15_000)}`],
  ])('costs as little for %s as for any text of that length', (_what, authorization) => {
    const costOf = (presented: string): number => {
      const begun = performance.now()
      for (let asked = 0; asked < 10; asked++) policy.of(bearing(presented), undefined)
      return performance.now() - begun
    }
    const ordinary = costOf(`Bearer ${'y'.repeat(15_000)}`)
    expect(costOf(authorization)).toBeLessThan(20 * ordinary + 100)
  })
})

describe('what is shown over HTTP', () => {
  function handlerOf(
    options: HandlerOptions,
    groups: object = {},
  ): (url: string, as?: string) => Promise<string[]> {
    const health = createHealth({
      clock: fakeClock(),
      checks: { database: check(() => up('connected', { pool: 3 }), { tags: ['tier-1'] }) },
      groups,
    })
    const handle = createHandler(health, options)
    return async (url, authorization) => {
      const accept = 'application/json'
      const known = authorization === undefined ? {} : { authorization }
      const response = await handle({ url, headers: { accept, ...known } })
      return Object.keys(JSON.parse(response?.body ?? '{}'))
    }
  }

  const components = ['status', 'timestamp', 'details']
  const debug = [...components, 'transitions']

  it.each([
    ['status', ['status']],
    ['components', components],
    ['debug', debug],
  ] as const)('at %s: %j', async (visibility, keys) => {
    const ask = handlerOf({ visibility })
    expect(await ask('/health/ready')).toEqual(keys)
    expect(await ask('/health/database')).toEqual(keys)
  })

  it('a token opens every path, and a wrong one is answered like none', async () => {
    const ask = handlerOf({ visibility: 'status', token: secret })
    for (const url of ['/health/ready', '/health/database', '/readyz']) {
      expect(await ask(url)).toEqual(['status'])
      expect(await ask(url, 'Bearer wrong')).toEqual(['status'])
      expect(await ask(url, `Bearer ${secret}`)).toEqual(debug)
      expect(await ask(url)).toEqual(['status'])
    }
  })

  it("a group's own level holds for its path, below what the handler shows at most", async () => {
    const groups = {
      readiness: { visibility: 'status' },
      payments: { members: ['database'], visibility: 'debug' },
    }
    const byDefault = handlerOf({}, groups)
    expect(await byDefault('/health/ready')).toEqual(['status'])
    expect(await byDefault('/health?deep=true')).toEqual(['status'])
    expect(await byDefault('/health/payments')).toEqual(debug)
    const terse = handlerOf({ visibility: 'status' }, groups)
    expect(await terse('/health/payments')).toEqual(['status'])
    const raised = handlerOf({ visibility: 'status', token: secret }, groups)
    expect(await raised('/health/ready', `Bearer ${secret}`)).toEqual(debug)
  })

  it('one registry is shown by two handlers at two levels', async () => {
    const health = createHealth({ clock: fakeClock(), checks: { database: check(() => {}) } })
    const open = createHandler(health, { visibility: 'debug' })
    const shut = createHandler(health, { visibility: 'status' })
    const request = { url: '/health/ready', headers: {} }
    for (let asked = 0; asked < 2; asked++) {
      expect((await shut(request))?.body).toBe('{"status":"UP"}')
      expect((await open(request))?.body).toContain('failure_threshold')
    }
  })
})

describe('one check alone', () => {
  it('shows no more than the tersest of the groups that it belongs to', async () => {
    const health = createHealth({
      clock: fakeClock(),
      checks: { database: check(() => up('connected')), other: check(() => up('fine'), { probes: [] }) },
      groups: { readiness: { visibility: 'status' }, open: { members: ['database'], visibility: 'debug' } },
    })
    const handle = createHandler(health)
    const bodyOf = async (url: string): Promise<string> => (await handle({ url, headers: {} }))?.body ?? ''
    expect(await bodyOf('/health/database')).toBe('{"status":"UP"}')
    expect(await bodyOf('/health/other')).toContain('fine')
    health.add(
      'late',
      check(() => up('late')),
    )
    expect(await bodyOf('/health/late')).toBe('{"status":"UP"}')
  })
})
