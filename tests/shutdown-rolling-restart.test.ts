import { expect, test } from 'vitest'
import { drainingService, type RollingRestartResult, rollingRestart } from './fixtures/rolling-restart.ts'
import { freePort } from './servers/free-port.ts'
import { checkedBackend, haproxyProgram, startHaproxy } from './servers/haproxy.ts'
import { nginxProgram, startNginx } from './servers/nginx.ts'
import { whenOwned } from './servers/when-provided.ts'

// The bench has the long runs: three restarts are enough to see a way out that loses requests.
const restarts = 3
const perSecond = 50

function expectNothingLost({ answered, lost, exitCodes }: RollingRestartResult): void {
  expect(lost).toEqual([])
  expect(exitCodes).toEqual(Array(restarts).fill(0))
  expect(answered).toBeGreaterThan(restarts * perSecond * 0.5)
}

whenOwned(haproxyProgram, 'rolling restarts behind HAProxy', () => {
  test('lose no request', async () => {
    const ports = [await freePort(), await freePort()]
    await using haproxy = await startHaproxy({
      sections: ({ port }) =>
        checkedBackend({ port, servers: ports, httpchk: 'GET /health/ready', intervalMs: 50 }),
    })
    const result = await rollingRestart({
      urls: [haproxy.url],
      ports,
      restarts,
      perSecond,
      // Two failed checks, and as much again for a machine that is busy.
      service: drainingService({ drainDelayMs: 600, timeoutMs: 5000 }),
      methods: ['GET', 'POST'],
      inRotation: (index) => haproxy.waitFor(`s${index + 1}`, ({ status }) => status === 'UP'),
    })
    expectNothingLost(result)
  }, 40_000)
})

whenOwned(nginxProgram, 'rolling restarts behind nginx', () => {
  test('lose no request, though it never asks for health', async () => {
    const ports = [await freePort(), await freePort()]
    // Without max_fails=0 an instance that was refused once is left out for 10 s, also when it is back.
    const http = ({ port }: { readonly port: number }) => `upstream app {
${ports.map((instance) => `  server 127.0.0.1:${instance} max_fails=0;`).join('\n')}
  keepalive 8;
}
server {
  listen 127.0.0.1:${port};
  location / {
    proxy_pass http://app;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
  }
}`
    await using nginx = await startNginx({ http })
    const result = await rollingRestart({
      urls: [nginx.url],
      ports,
      restarts,
      perSecond,
      service: drainingService({ drainDelayMs: 600, timeoutMs: 5000 }),
      // It goes on sending to the very moment in which the listener closes, and what the system has accepted right
      // then is reset. A GET it repeats; for a POST it would have to be told to (non_idempotent).
      methods: ['GET'],
      inRotation: async () => {},
    })
    expectNothingLost(result)
  }, 40_000)
})
