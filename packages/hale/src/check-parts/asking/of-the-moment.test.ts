import { createSocket } from 'node:dgram'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFaultyTcp, type TcpServer } from '../../../../../tests/servers/faulty-tcp.ts'
import { healthEndpoint } from '../../checks/health-endpoint.ts'
import { http } from '../../checks/http.ts'
import { type Address, tcp } from '../../checks/tcp.ts'
import { tls } from '../../checks/tls.ts'
import { udp } from '../../checks/udp.ts'
import type { CheckDefinition } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { up } from '../../core/outcome.ts'
import { Problems } from '../../errors/problems.ts'
import { clientCheck } from './client-check.ts'
import { ofTheMoment } from './of-the-moment.ts'

let silent: TcpServer
let asked = 0
const datagrams = createSocket('udp4').on('message', () => asked++)
beforeAll(async () => {
  silent = await startFaultyTcp({ kind: 'silent' })
  await new Promise<void>((resolve) => datagrams.bind(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  datagrams.close()
  await silent.close()
})

const fetch = async () => {
  asked++
  return new Response('{"status":"UP"}')
}

describe('a check whose run is over before it is told whom to ask', () => {
  type Kind = (current: <T>(value: T) => () => T) => CheckDefinition
  const address = () => ({ host: '127.0.0.1', port: silent.port })
  const kinds: Record<string, Kind> = {
    tcp: (current) => tcp(current(address()), { expect: 'x' }),
    tls: (current) => tls(current(address())),
    udp: (current) => udp(current({ ...address(), port: datagrams.address().port }), { send: 'x' }),
    http: (current) => http(current(`http://127.0.0.1:${silent.port}`), { fetch }),
    'health-endpoint': (current) => healthEndpoint(current(`http://127.0.0.1:${silent.port}`), { fetch }),
    'one of a client': (current) =>
      clientCheck({
        client: current({ client: true }),
        expected: 'a client',
        isClient: (value): value is object => typeof value === 'object' && value !== null,
        problems: new Problems(),
        options: {},
        ownOptions: [],
        ask: () => {
          asked++
          return up()
        },
      }),
  }
  test.each(Object.entries(kinds))('%s asks nobody, and opens nothing', async (_name, make) => {
    asked = 0
    const controller = new AbortController()
    const reason = new Error('over')
    const definition = make((value) => () => {
      controller.abort(reason)
      return value
    })
    const context = {
      signal: controller.signal,
      name: 'x',
      timeoutMs: 500,
      now: () => performance.now(),
      warn() {},
    }
    await expect(definition.run?.(context)).rejects.toBe(reason)
    expect([asked, silent.accepted]).toEqual([0, 0])
  })
})

describe('a function that knows no URL or address yet is DOWN, and compiles', () => {
  let url: string | URL | undefined
  let address: Address | undefined
  const none = async () => null
  test.each<[string, string, CheckDefinition, CheckDefinition]>([
    ['http', 'no URL', http(() => url), http(none)],
    ['health-endpoint', 'no URL', healthEndpoint(() => url), healthEndpoint(none)],
    ['tcp', 'no address', tcp(() => address), tcp(none)],
    ['udp', 'no address', udp(() => address, { send: 'x' }), udp(none, { send: 'x' })],
    ['tls', 'no address', tls(() => address), tls(none)],
  ])('%s', async (_name, error, undefinedYet, nullYet) => {
    const health = createHealth({ checks: { undefinedYet, nullYet } })
    expect(await health.check('undefinedYet').run()).toMatchObject({ status: 'DOWN', error })
    expect(await health.check('nullYet').run()).toMatchObject({ status: 'DOWN', error })
  })

  test('a promise of one compiles too', () => {
    const discovered = async () => url
    const found = async () => address
    for (const make of [http, healthEndpoint]) make(discovered)
    for (const make of [tcp, tls]) make(found)
    udp(found, { send: 'x' })
    // @ts-expect-error a port alone is no address
    tcp(() => 25)
    // @ts-expect-error a port alone is no URL
    http(async () => 80)
  })
})

test('hands on what the function returns or rejects with', async () => {
  const { signal } = new AbortController()
  expect(await ofTheMoment(async () => 5, signal)).toBe(5)
  await expect(ofTheMoment(() => Promise.reject(new Error('none')), signal)).rejects.toThrow('none')
})
