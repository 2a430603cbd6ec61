import { expect, test } from 'vitest'
import { memcachedProgram, startMemcached } from './memcached.ts'
import { processTree } from './process-tree.mjs'
import { expectNothingLeft } from './remains.ts'
import { whenOwned } from './when-provided.ts'

whenOwned(memcachedProgram, 'a Memcached of the test’s own', () => {
  test('tells its statistics, dies and comes back', async () => {
    await using server = await startMemcached({ maxConnections: 50 })
    expect(await server.stats()).toMatchObject({ max_connections: '50' })
    await server.kill()
    await expect(server.stats()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await server.restart()
    expect(await server.stats()).toMatchObject({ max_connections: '50' })
  })

  test('leaves nothing when it is killed and closed, or frozen and closed', async () => {
    for (const fault of ['kill', 'stop'] as const) {
      const server = await startMemcached()
      const pids = processTree(server.pid())
      await server[fault]()
      await server.close()
      expectNothingLeft({ pids, directory: server.directory })
    }
  })
})
