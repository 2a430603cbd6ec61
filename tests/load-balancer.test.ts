import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { check, createHealth, degraded, down, up } from 'hale'
import { healthListener } from 'hale/node'
import { expect, test } from 'vitest'
import { checkedBackend, haproxyProgram, startHaproxy } from './servers/haproxy.ts'
import { whenOwned } from './servers/when-provided.ts'

/** A service whose one dependency does as it is told. */
async function startService(name: string) {
  const dependency = { outcome: up() }
  const health = createHealth({
    checks: { dependency: check(() => dependency.outcome, { maxAgeMs: { up: 0, down: 0 } }) },
  })
  const answerHealth = healthListener(health)
  const server = createServer((request, response) => {
    if (!answerHealth(request, response)) response.end(name)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await health.dispose()
  }
  const { port } = server.address() as AddressInfo
  return { dependency, health, port, [Symbol.asyncDispose]: close }
}

async function namesBehind(url: string): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  for (let request = 0; request < 10; request++) {
    const response = await fetch(url, { headers: { connection: 'close' } })
    names.add(response.ok ? await response.text() : String(response.status))
  }
  return names
}

whenOwned(haproxyProgram, 'a real load balancer', () => {
  // Its own default method too: OPTIONS, in HTTP/1.0 without a Host header.
  test.each(['GET /health/ready', 'OPTIONS /health/ready', 'HEAD /readyz'])(
    'takes a service out and back by readiness, asked by %s',
    async (httpchk) => {
      await using one = await startService('one')
      await using two = await startService('two')
      await using haproxy = await startHaproxy({
        sections: ({ port }) =>
          checkedBackend({ port, servers: [one.port, two.port], httpchk, intervalMs: 30 }),
      })
      await haproxy.waitFor('s1', ({ checkStatus }) => checkStatus === 'L7OK')
      await haproxy.waitFor('s2', ({ checkStatus }) => checkStatus === 'L7OK')
      expect(await namesBehind(haproxy.url)).toEqual(new Set(['one', 'two']))

      one.dependency.outcome = down('gone')
      const out = await haproxy.waitFor('s1', ({ status }) => status === 'DOWN')
      expect(out).toMatchObject({ checkStatus: 'L7STS', checkCode: 503 })
      expect(await namesBehind(haproxy.url)).toEqual(new Set(['two']))
      // Out of rotation is not dead: nobody would restart it.
      expect((await fetch(`http://127.0.0.1:${one.port}/health/live`)).status).toBe(200)

      one.dependency.outcome = degraded('slow')
      await haproxy.waitFor('s1', ({ status }) => status === 'UP')
      expect(await namesBehind(haproxy.url)).toEqual(new Set(['one', 'two']))

      two.health.drain('SIGTERM')
      await haproxy.waitFor('s2', ({ status }) => status === 'DOWN')
      expect(await namesBehind(haproxy.url)).toEqual(new Set(['one']))
    },
    30_000,
  )
})
