import { expect, test } from 'vitest'
import { startFaultyHttp } from './faulty-http.ts'
import { nginxProgram, startNginx } from './nginx.ts'
import { processTree } from './process-tree.mjs'
import { expectNothingLeft } from './remains.ts'
import { whenOwned } from './when-provided.ts'

const proxyTo = (port: number, target: number, timeoutMs = 5_000) =>
  `server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${target}; proxy_read_timeout ${timeoutMs}ms; } }`

whenOwned(nginxProgram, 'an nginx of the test’s own', () => {
  test('proxies, reports what an upstream does wrong, reloads and leaves nothing', async () => {
    await using healthy = await startFaultyHttp({ kind: 'status', status: 200, body: 'hello' })
    await using silent = await startFaultyHttp({ kind: 'silent' })
    const nginx = await startNginx({ http: ({ port }) => proxyTo(port, healthy.port) })
    const pids = processTree(nginx.pid)
    try {
      expect(await (await fetch(nginx.url)).text()).toBe('hello')
      await nginx.reload(({ port }) => proxyTo(port, silent.port, 200))
      expect((await fetch(nginx.url)).status).toBe(504)
      expect(nginx.errorLog()).toContain('upstream timed out')
      await expect(nginx.reload(() => 'nonsense;')).rejects.toThrow('nonsense')
    } finally {
      await nginx.close()
    }
    expectNothingLeft({ pids })
  })
})
