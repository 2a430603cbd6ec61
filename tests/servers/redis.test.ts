import { expect, test } from 'vitest'
import { processTree } from './process-tree.mjs'
import { redisProgram, startRedis } from './redis.ts'
import { expectNothingLeft } from './remains.ts'
import { whenOwned } from './when-provided.ts'

whenOwned(redisProgram, 'a Redis of the test’s own', () => {
  test('answers, dies and comes back', async () => {
    await using server = await startRedis({ password: 'planted' })
    expect(await server.command('PING')).toBe('+OK\r\n+PONG\r\n')
    await server.kill()
    await expect(server.command('PING')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await server.restart()
    expect(await server.command('PING')).toContain('+PONG')
  })

  test('leaves nothing when it is killed and closed, or frozen and closed', async () => {
    for (const fault of ['kill', 'stop'] as const) {
      const server = await startRedis()
      const pids = processTree(server.pid())
      await server[fault]()
      await server.close()
      expectNothingLeft({ pids, directory: server.directory })
    }
  })
})
