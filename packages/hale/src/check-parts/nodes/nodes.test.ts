import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { down, type Outcome, up } from '../../core/outcome.ts'
import { unlessAborted } from '../asking/one-question.ts'
import { askNodes } from './nodes.ts'

type Node = 'well' | 'refuses' | 'throws' | 'hangs'

/** Asks nodes of these kinds in a run that is aborted after its timeout, as the engine does. */
async function asked(...nodes: readonly Node[]): Promise<Outcome> {
  const controller = new AbortController()
  const context = {
    name: 'x',
    signal: controller.signal,
    timeoutMs: 50,
    now: () => performance.now(),
    warn() {},
  }
  const timer = setTimeout(() => controller.abort(new Error('over')), context.timeoutMs)
  try {
    return await askNodes(nodes, context, (node, { signal }) => {
      if (node === 'throws') throw new Error('refused')
      if (node === 'hangs') return unlessAborted(new Promise(() => {}), signal)
      return node === 'well' ? up() : down('refuses')
    })
  } finally {
    clearTimeout(timer)
  }
}

test.each<[readonly Node[], Outcome['status'], string]>([
  [['well'], 'UP', 'connected'],
  [['well', 'well'], 'UP', 'connected'],
  [['well', 'throws'], 'DEGRADED', '1 of 2 nodes are up'],
  [['hangs', 'well', 'refuses'], 'DEGRADED', '1 of 3 nodes are up'],
  [['refuses', 'refuses'], 'DOWN', '0 of 2 nodes are up'],
  [[], 'DOWN', 'no nodes'],
])('nodes that are %j are %s', async (nodes, status, text) => {
  expect(await asked(...nodes)).toMatchObject({ status, text })
})

test('when none is well the first that threw is told', async () => {
  await expect(asked('refuses', 'throws')).rejects.toThrow('refused')
})

test('when each hangs the run does, until it is aborted', async () => {
  for (const nodes of [['hangs'], ['hangs', 'hangs']] as const)
    await expect(asked(...nodes)).rejects.toThrow('over')
})

test('an answer that arrived while the loop was busy is none too many', async () => {
  const nodes: Socket[] = []
  const server = createServer((socket) => nodes.push(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const clients = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  await expect.poll(() => nodes.length).toBe(2)
  const context = { name: 'x', signal: new AbortController().signal, timeoutMs: 100, now: () => 0, warn() {} }
  const answer = askNodes(clients, context, async (client, { signal }) => {
    await unlessAborted(once(client, 'data'), signal)
    return up()
  })
  // Blocked from here on, the loop comes to its timers before it comes to its sockets.
  await new Promise((resolve) => setImmediate(resolve))
  for (const node of nodes) node.write('well')
  const until = performance.now() + 200
  while (performance.now() < until);
  expect(await answer).toMatchObject({ status: 'UP', data: { nodes: 2, up: 2 } })
  for (const socket of [...clients, ...nodes]) socket.destroy()
  server.close()
})
