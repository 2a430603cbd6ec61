import { expect, test } from 'vitest'
import { startFaultyHttp } from './faulty-http.ts'
import { checkedBackend, haproxyProgram, startHaproxy } from './haproxy.ts'
import { expectNothingLeft } from './remains.ts'
import { statisticsRows } from './statistics-csv.ts'
import { whenOwned } from './when-provided.ts'

test('reads statistics whose texts hold commas and quotes', () => {
  const [row] = statisticsRows('# pxname,svname,last_chk,agent_status,\napp,s1,"no, ""really""",L7OK,\n')
  expect([row?.get('svname'), row?.get('last_chk'), row?.get('agent_status')]).toEqual([
    's1',
    'no, "really"',
    'L7OK',
  ])
})

whenOwned(haproxyProgram, 'an HAProxy of the test’s own', () => {
  test('takes a server out when its check fails, back when it recovers, and leaves nothing', async () => {
    await using app = await startFaultyHttp({ kind: 'status', status: 200, body: 'hello' })
    const haproxy = await startHaproxy({
      sections: ({ port }) =>
        checkedBackend({ port, servers: [app.port], httpchk: 'GET /health/ready', intervalMs: 50 }),
    })
    try {
      const up = await haproxy.waitFor(
        's1',
        ({ status, checkStatus }) => status === 'UP' && checkStatus === 'L7OK',
      )
      expect(up).toMatchObject({ checkCode: 200, weight: 1 })
      expect(await (await fetch(haproxy.url)).text()).toBe('hello')
      app.become({ kind: 'status', status: 503 })
      const down = await haproxy.waitFor('s1', ({ status }) => status === 'DOWN')
      expect(down).toMatchObject({ checkStatus: 'L7STS', checkCode: 503 })
      expect((await fetch(haproxy.url)).status).toBe(503)
      app.become({ kind: 'status', status: 200 })
      await haproxy.waitFor('s1', ({ status }) => status === 'UP')
      expect(app.requests).toContain('GET /health/ready')
    } finally {
      await haproxy.close()
    }
    expectNothingLeft({ pids: [haproxy.pid] })
  })

  test('says what is wrong with a configuration that it refuses', async () => {
    await expect(startHaproxy({ sections: () => 'nonsense here' })).rejects.toThrow('nonsense')
  })
})
