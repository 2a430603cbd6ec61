import { describe, expect, it } from 'vitest'
import { fakeTerminal } from '../command/fake-terminal.ts'
import { widthOf } from '../command/text-width.ts'
import type { EndpointCheck, EndpointReading } from '../endpoint/endpoint-answer.ts'
import { type Look, lookOf } from './look.ts'
import { render } from './render.ts'
import { afterKey, afterReading, initialState, type WatchState } from './watch-state.ts'

const look: Look = {
  ...lookOf(fakeTerminal({ env: { LANG: 'C.UTF-8' } })),
  clock: (at) => new Date(at).toISOString().slice(11, 19),
}
const start = Date.parse('2026-11-23T11:00:00Z')

function answered(given: Partial<EndpointReading & { answered: true }> = {}): EndpointReading {
  return { answered: true, kind: 'hale', status: 'UP', httpStatus: 200, durationMs: 12, checks: [], ...given }
}
const refused: EndpointReading = {
  answered: false,
  status: 'DOWN',
  message: 'connection refused',
  durationMs: 1,
}
const database: EndpointCheck = { name: 'database', status: 'UP', durationMs: 3.2, message: 'connected' }
const search: EndpointCheck = { name: 'search', status: 'DEGRADED', message: 'slow: 430 ms', critical: false }

/** Two services of which one falls and recovers, and a third that never answers. */
function story(): WatchState {
  let state = initialState(
    ['http://localhost:9400/health/ready', 'http://支払い.internal/health/ready', 'http://10.0.0.7/'],
    2000,
  )
  const read = (index: number, seconds: number, reading: EndpointReading) => {
    state = afterReading(state, index, reading, start + seconds * 1000).state
  }
  const orders = { service: 'orders', version: '1.2.3' }
  const payments = { service: '支払い', kind: 'actuator' as const }
  for (let second = 0; second < 60; second += 2) {
    const slow = second > 40
    const checks = [database, slow ? search : { ...search, status: 'UP' as const, message: 'ok' }]
    read(
      0,
      second,
      answered({ ...orders, checks, status: slow ? 'DEGRADED' : 'UP', durationMs: slow ? 430 : 10 }),
    )
    read(
      1,
      second,
      second > 20 && second < 30 ? refused : answered({ ...payments, durationMs: 5 + second / 10 }),
    )
    read(2, second, refused)
  }
  return state
}

function drawn(state: WatchState, columns: number, rows: number, seconds = 60): string[] {
  return [...render(state, start + seconds * 1000, { columns, rows }, look)]
}

function shown(state: WatchState, columns: number, rows: number): string {
  return drawn(state, columns, rows)
    .map((line) => line.trimEnd())
    .join('\n')
}

describe('the screen', () => {
  it('shows several endpoints and what has changed', () => {
    expect(shown(story(), 100, 14)).toMatchInlineSnapshot(`
      "hale watch 3 endpoints every 2 s                                                            11:01:00

        STATUS           SERVICE    SINCE                        LATENCY  MESSAGE
      ▌ ! DEGRADED       orders       18s  ▁▁▁▁▁▁▁▁▁▁▁█████████   430 ms  search: slow: 430 ms
        ✓ UP             支払い       30s  ▆××××▆▇▇▇▇▇▇▇███████    11 ms
        ✗ DOWN           10.0.0.7/   ≥ 1m  ××××××××××××××××××××        –  connection refused

      Transitions
      11:00:42 orders · search UP → DEGRADED  slow: 430 ms
      11:00:42 orders UP → DEGRADED  search: slow: 430 ms
      11:00:30 支払い DOWN → UP
      11:00:22 支払い UP → DOWN  connection refused

      q quit  space pause  ↑↓ choose  enter details  r now  ? help"
    `)
  })

  it('shows the checks of the chosen one', () => {
    expect(shown(afterKey(story(), 'enter'), 80, 20)).toMatchInlineSnapshot(`
      "hale watch 3 endpoints every 2 s                                        11:01:00

        STATUS           SERVICE    SINCE                    LATENCY  MESSAGE
      ▌ ! DEGRADED       orders       18s  ▁▁▁▁▁▁▁█████████   430 ms  search: slow: 4…
        ✓ UP             支払い       30s  ×▆▇▇▇▇▇▇▇███████    11 ms
        ✗ DOWN           10.0.0.7/   ≥ 1m  ××××××××××××××××        –  connection refu…

      http://localhost:9400/health/ready
      orders 1.2.3 · HTTP 200 · hale
        ! DEGRADED       search      18s           (not critical) slow: 430 ms
        ✓ UP             database   ≥ 1m     3 ms  connected

      Transitions
      11:00:42 orders · search UP → DEGRADED  slow: 430 ms
      11:00:42 orders UP → DEGRADED  search: slow: 430 ms
      11:00:30 支払い DOWN → UP
      11:00:22 支払い UP → DOWN  connection refused


      q quit  space pause  ↑↓ choose  enter details  r now  ? help"
    `)
  })

  it('is narrow on a narrow terminal', () => {
    expect(shown(afterKey(afterKey(story(), 'enter'), 'space'), 40, 20)).toMatchInlineSnapshot(`
      "hale watch 3 endpoints … PAUSED 11:01:00

        STATUS     SERVICE    SINCE   LATENCY
      ▌ ! DEGRADED orders       18s    430 ms
        ✓ UP       支払い       30s     11 ms
        ✗ DOWN     10.0.0.7/   ≥ 1m         –

      http://localhost:9400/health/ready
      orders 1.2.3 · HTTP 200 · hale
        ! DEGRADED search      18s
          (not critical) slow: 430 ms
        ✓ UP       database   ≥ 1m     3 ms

      Transitions
      11:00:42 orders · search UP → DEGRADED
      11:00:42 orders UP → DEGRADED  search: …
      11:00:30 支払い DOWN → UP
      11:00:22 支払い UP → DOWN  connection r…

      q quit  space pause  ↑↓  enter  r  ?"
    `)
  })

  it('tells who is how on the narrowest', () => {
    expect(shown(afterKey(story(), 'enter'), 20, 16)).toMatchInlineSnapshot(`
      "hale watch… 11:01:00

          SERVICE
      ▌ ! orders
        ✓ 支払い
        ✗ 10.0.0.7/

      http://localhost:94…
      orders 1.2.3 · HTTP…
        … 2 more

      Transitions
      11:00:42 order… UP …
      11:00:42 orders UP …
      11:00:30 支払い DOW…
      q quit  space pause…"
    `)
  })
})

describe('whatever the size', () => {
  const states = {
    story: story(),
    open: afterKey(story(), 'enter'),
    third: afterKey(afterKey(story(), 'last'), 'enter'),
    help: afterKey(story(), 'help'),
    paused: afterKey(story(), 'space'),
    one: initialState(['http://localhost:9400/health/ready'], 500),
    many: initialState(
      Array.from({ length: 50 }, (_, index) => `http://h${index}/`),
      500,
    ),
  }
  it.each(Object.entries(states))('%s keeps to it, and fills it', (_, state) => {
    for (const columns of [20, 23, 24, 31, 32, 39, 40, 41, 55, 56, 60, 79, 80, 120, 250]) {
      for (const rows of [3, 5, 8, 12, 24, 60]) {
        const lines = drawn(state, columns, rows)
        expect(lines).toHaveLength(rows)
        for (const line of lines)
          expect.soft(widthOf(line), `${columns}: ${line}`).toBeLessThanOrEqual(columns)
      }
    }
  })

  it('keeps the chosen one of many in sight', () => {
    let state = states.many
    for (let index = 0; index < 50; index += 1) {
      expect(drawn(state, 80, 24).filter((line) => line.startsWith('▌'))).toEqual([
        expect.stringContaining(`h${index}/`),
      ])
      state = afterKey(state, 'down')
    }
  })

  it('cuts off the healthy checks, and says how many', () => {
    const checks = Array.from({ length: 40 }, (_, index) => ({ ...database, name: `c${index}` }))
    const reading = answered({ status: 'DOWN', checks: [...checks, { name: 'zz', status: 'DOWN' as const }] })
    const { state } = afterReading(initialState(['http://h/'], 500), 0, reading, start)
    const lines = drawn(state, 80, 20).map((line) => line.trim())
    expect(lines).toContainEqual(expect.stringMatching(/^✗ DOWN +zz/))
    expect(lines).toContainEqual(expect.stringMatching(/^… \d+ more$/))
  })
})

it('is ASCII where the locale is, and has no styles of its own', () => {
  const plain: Look = {
    ...look,
    signs: lookOf(fakeTerminal({ env: { LC_ALL: 'C', LANG: 'en_GB.UTF-8' } })).signs,
  }
  const state = afterReading(initialState(['http://h/'], 500), 0, refused, start).state
  const lines = render(state, start, { columns: 80, rows: 20 }, plain).join('\n')
  expect(lines).toMatch(/^[\x20-\x7e\n]*$/)
  expect(lines).toContain('x DOWN')
})
