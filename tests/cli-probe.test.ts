import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js'
import { createHealth } from 'hale'
import { addHealthService } from 'hale/grpc'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from './fixtures/until.ts'
import { createAuthority, opensslProgram } from './servers/certificates.ts'
import { startFaultyHttp } from './servers/faulty-http.ts'
import { closedPort } from './servers/faulty-tcp.ts'
import { haleInTerminal, scriptProgram } from './servers/real-terminal.ts'
import { createServerDirectory } from './servers/server-directory.ts'
import { whenOwned, whenProvided } from './servers/when-provided.ts'

const built = (path: string) => fileURLToPath(new URL(`../packages/${path}`, import.meta.url))
const programs = { 'hale-probe': built('hale/dist/probe/main.cjs'), hale: built('cli/dist/main.js') }

/** What a built program says, and ends with. */
async function run(program: keyof typeof programs, ...args: readonly string[]) {
  const env = { PATH: process.env.PATH, NODE_TLS_REJECT_UNAUTHORIZED: '0' }
  const child = spawn(process.execPath, [programs[program], ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (bytes) => {
    out += bytes
  })
  child.stderr.on('data', (bytes) => {
    err += bytes
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

async function answering(place: { port: number; host: string } | { path: string }): Promise<Server> {
  const server = createServer((_, response) => response.end('{"status":"UP"}'))
  server.listen(place)
  await once(server, 'listening')
  return server
}

const directory = createServerDirectory('cli-probe')
const socket = `${directory.path}/app.sock`
const grpc = new GrpcServer()
const health = createHealth({ checks: {} })
let http: Server
let unix: Server
let grpcPort = 0
let port = 0
beforeAll(async () => {
  http = await answering({ port: 0, host: '127.0.0.1' })
  unix = await answering({ path: socket })
  port = (http.address() as AddressInfo).port
  addHealthService(grpc, health)
  grpcPort = await new Promise((resolve, reject) =>
    grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
})
afterAll(async () => {
  http.close()
  unix.close()
  grpc.forceShutdown()
  await health.dispose()
  directory.remove()
})

whenOwned(opensslProgram, 'over every way there is', () => {
  test('the built programs find what is well, and say nothing on stderr', async () => {
    const authority = createAuthority()
    const ca = `${directory.path}/ca.pem`
    writeFileSync(ca, authority.ca)
    await using https = await startFaultyHttp({ kind: 'status', status: 200 }, authority.issue())
    const targets = [
      `http://127.0.0.1:${port}/health/ready`,
      `${https.url}/health/ready`,
      `tcp://127.0.0.1:${port}`,
      `grpc://127.0.0.1:${grpcPort}/readiness`,
      `unix:${socket}:/health/ready`,
    ]
    const [all, ...each] = await Promise.all([
      run('hale', 'probe', '--cacert', ca, '--json', ...targets),
      ...targets.map((target) => run('hale-probe', '--cacert', ca, target)),
    ])
    const said = ['HTTP 200', 'HTTP 200', 'connected', 'serving', 'HTTP 200']
    expect({ code: all.code, err: all.err }).toEqual({ code: 0, err: '' })
    const lines = all.out.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      targets.map((target, index) => expect.objectContaining({ target, status: 'UP', message: said[index] })),
    )
    expect(each).toEqual(
      targets.map((target, index) => ({
        code: 0,
        out: expect.stringMatching(new RegExp(`^UP ${target}: ${said[index]} \\(\\d+ ms\\)\\n$`)),
        err: '',
      })),
    )
  })
})

describe('--wait', () => {
  test('ends when the last of them is well', async () => {
    const asked = new Map<string | undefined, number>()
    const starting = createServer(({ url }, response) => {
      const times = (asked.get(url) ?? 0) + 1
      asked.set(url, times)
      response.writeHead(times < 3 ? 503 : 200).end()
    })
    starting.listen(0, '127.0.0.1')
    await once(starting, 'listening')
    const at = `http://127.0.0.1:${(starting.address() as AddressInfo).port}`
    try {
      const line = ['--wait', '20s', '--delay', '20ms']
      const found = await Promise.all([
        run('hale', 'probe', ...line, `http://127.0.0.1:${port}/`, `${at}/one`),
        run('hale-probe', ...line, `${at}/other`),
      ])
      expect(found).toEqual([
        { code: 0, out: expect.stringMatching(/HTTP 200 \(3 attempts\)\n$/), err: '' },
        { code: 0, out: expect.stringMatching(/: HTTP 200 \(\d+ ms, 3 attempts\)\n$/), err: '' },
      ])
    } finally {
      starting.close()
    }
  })

  test('ends at its deadline, and says what was wrong last', async () => {
    const line = ['--wait', '300ms', '--delay', '20ms', `tcp://127.0.0.1:${await closedPort()}`]
    const found = await Promise.all([run('hale', 'probe', ...line), run('hale-probe', ...line)])
    for (const { code, out, err } of found) {
      expect({ code, err }).toEqual({ code: 1, err: '' })
      expect(out).toMatch(/not well within 300 ms: connection refused \(\d+ ms, \d+ attempts\)\n$/)
    }
  })

  whenProvided(scriptProgram, 'in a terminal', () => {
    test('says whom it waits for, and leaves nothing of it when Ctrl-C is pressed', async () => {
      const { keys, said, ended, close } = haleInTerminal([
        'probe',
        '--wait',
        '1h',
        `tcp://127.0.0.1:${await closedPort()}`,
      ])
      try {
        await until(() => /Waiting \d+s of 1h for tcp:/.test(said()), true, 5000)
        keys('\u0003')
        await ended
        const after = said().slice(said().lastIndexOf('Waiting'))
        const [, rest] = after.split('\r\u001b[2K')
        expect(rest).toBe('exit 130\r\nicanon echo ')
      } finally {
        close()
      }
    })
  })
})

test('a wrong command line is told to Nagios as it reads it', async () => {
  const found = await Promise.all([
    run('hale', 'probe', '--nagios', '--unknown-option'),
    run('hale-probe', '--nagios', '--unknown-option'),
  ])
  for (const { code, out, err } of found) {
    expect({ code, err }).toEqual({ code: 3, err: '' })
    expect(out).toMatch(/^PROBE UNKNOWN - [^\n|]*--unknown-option[^\n|]*\n$/)
  }
})
