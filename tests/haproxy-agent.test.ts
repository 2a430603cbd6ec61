import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { check, createHealth, degraded, down, up } from 'hale'
import { serveHaproxyAgent } from 'hale/haproxy-agent'
import { expect, test } from 'vitest'
import { haproxyProgram, startHaproxy } from './servers/haproxy.ts'
import { whenOwned } from './servers/when-provided.ts'

/** A service without an endpoint: its agent alone tells how it is. */
async function startService(name: string) {
  const dependency = { outcome: up() }
  const health = createHealth({
    checks: { dependency: check(() => dependency.outcome, { maxAgeMs: { up: 0, down: 0 } }) },
  })
  const agent = await serveHaproxyAgent(health, { port: 0, host: '127.0.0.1', weights: { degraded: 25 } })
  const server = createServer((_, response) => response.end(name))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await agent.close()
    await health.dispose()
  }
  const { port } = server.address() as AddressInfo
  return { dependency, health, port, agentPort: agent.port, [Symbol.asyncDispose]: close }
}

async function countsBehind(url: string, requests = 40): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  for (let request = 0; request < requests; request++) {
    const response = await fetch(url, { headers: { connection: 'close' } })
    const name = response.ok ? await response.text() : String(response.status)
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** A command to HAProxy's statistics socket, as an operator gives it. */
function told(directory: string, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(`${directory}/stats.sock`, () => socket.write(`${command}\n`))
    socket
      .resume()
      .on('error', reject)
      .on('close', () => resolve())
  })
}

type Service = Awaited<ReturnType<typeof startService>>

const sections =
  (services: readonly Service[]) =>
  ({ port }: { readonly port: number }): string =>
    `frontend front
  bind 127.0.0.1:${port}
  default_backend app
backend app
  balance roundrobin
${services.map(({ port: server, agentPort }, index) => `  server s${index + 1} 127.0.0.1:${server} weight 100 check inter 50 fall 2 rise 2 agent-check agent-port ${agentPort} agent-inter 50 agent-send hello\\n`).join('\n')}
`

whenOwned(haproxyProgram, 'the agent check of a real HAProxy', () => {
  test('takes a service out and back, lowers its weight, drains it', async () => {
    await using one = await startService('one')
    await using two = await startService('two')
    await using haproxy = await startHaproxy({ sections: sections([one, two]) })
    const wellBalanced = { one: 20, two: 20 }
    for (const server of ['s1', 's2'])
      await haproxy.waitFor(server, ({ agentStatus, status }) => agentStatus === 'L7OK' && status === 'UP')
    expect(await countsBehind(haproxy.url)).toEqual(wellBalanced)

    // Words of the protocol in the reason are part of the reason.
    one.dependency.outcome = down('ready, up 100% maint')
    const out = await haproxy.waitFor('s1', ({ status }) => status.startsWith('DOWN'))
    expect(out).toMatchObject({ status: 'DOWN (agent)', weight: 100 })
    expect(await countsBehind(haproxy.url)).toEqual({ two: 40 })
    one.dependency.outcome = up()
    await haproxy.waitFor('s1', ({ status }) => status === 'UP')
    expect(await countsBehind(haproxy.url)).toEqual(wellBalanced)

    one.dependency.outcome = degraded('slow')
    expect(await haproxy.waitFor('s1', ({ weight }) => weight === 25)).toMatchObject({ status: 'UP' })
    expect(await countsBehind(haproxy.url, 50)).toEqual({ one: 10, two: 40 })
    one.dependency.outcome = up()
    await haproxy.waitFor('s1', ({ weight }) => weight === 100)

    one.health.outOfService('new disk')
    await haproxy.waitFor('s1', ({ status }) => status.startsWith('MAINT'))
    expect(await countsBehind(haproxy.url)).toEqual({ two: 40 })
    // A maintenance that ends in trouble is shown as trouble.
    one.dependency.outcome = down('gone')
    one.health.inService()
    await haproxy.waitFor('s1', ({ status }) => status.startsWith('DOWN'))
    one.dependency.outcome = up()
    await haproxy.waitFor('s1', ({ status }) => status === 'UP')
    expect(await countsBehind(haproxy.url)).toEqual(wellBalanced)

    one.health.drain('SIGTERM')
    await haproxy.waitFor('s1', ({ status }) => status.startsWith('DRAIN'))
    expect(await countsBehind(haproxy.url)).toEqual({ two: 40 })
  }, 30_000)

  test('ends a maintenance that was set in HAProxy by hand, unless the agent was disabled first', async () => {
    await using one = await startService('one')
    let directory = ''
    await using haproxy = await startHaproxy({
      sections: (at) => {
        directory = at.directory
        return sections([one])(at)
      },
    })
    await haproxy.waitFor('s1', ({ agentStatus, status }) => agentStatus === 'L7OK' && status === 'UP')
    one.health.outOfService('new disk')
    await haproxy.waitFor('s1', ({ status }) => status.startsWith('MAINT'))
    await told(directory, 'set server app/s1 state maint')
    one.health.inService()
    await haproxy.waitFor('s1', ({ status }) => status === 'UP')
    await told(directory, 'disable agent app/s1; set server app/s1 state maint')
    await expect(haproxy.waitFor('s1', ({ status }) => status === 'UP', 400)).rejects.toThrow(/MAINT/)
  }, 30_000)

  test('goes on with its own checks when the agent is gone', async () => {
    await using one = await startService('one')
    await using haproxy = await startHaproxy({ sections: sections([{ ...one, agentPort: 1 }]) })
    await haproxy.waitFor('s1', ({ agentStatus }) => agentStatus === 'L4CON')
    expect(await countsBehind(haproxy.url, 4)).toEqual({ one: 4 })
  }, 30_000)
})
