import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { probeStart } from './fixtures/probe-start.mjs'
import { createAuthority, opensslProgram } from './servers/certificates.ts'
import { startFaultyHttp } from './servers/faulty-http.ts'
import { closedPort } from './servers/faulty-tcp.ts'
import { createServerDirectory } from './servers/server-directory.ts'
import { whenOwned } from './servers/when-provided.ts'

// The built program, as an image has it.
const main = fileURLToPath(new URL('../packages/hale/dist/probe/main.cjs', import.meta.url))
/** The same as npm's command: of a package that is made of modules. */
const command = main.replace(/cjs$/, 'js')

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly ms: number
}

/** Runs a program as Docker runs a health check: nothing inherited but what is given. */
async function run(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const startedAt = performance.now()
  const child = spawn(program, args, { env, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.on('data', (bytes) => {
    out += bytes
  })
  child.stderr.on('data', (bytes) => {
    err += bytes
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err, ms: performance.now() - startedAt }
}

const probe = (args: readonly string[], env?: Record<string, string>) =>
  run(process.execPath, [main, ...args], env)
const shell = (line: string) => run('/bin/sh', ['-c', line])

describe('hale-probe', () => {
  let server: Server
  let port = 0
  let url = ''
  beforeAll(async () => {
    server = createServer((request, response) =>
      response.writeHead(request.url === '/down' ? 503 : 200).end(),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
    url = `http://127.0.0.1:${port}`
  })
  afterAll(() => server.close())

  test('exits with 0 and says nothing on stderr when all is well, without an environment', async () => {
    expect(await probe([`${url}/health/ready`])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^UP http:\S+: HTTP 200 \(\d+ ms\)\n$/),
      err: '',
    })
    expect(await probe([], { PORT: `${port}` })).toMatchObject({ code: 0, err: '' })
  })

  test('exits with 1 when it is not, or cannot be asked', async () => {
    const found = await Promise.all([
      probe([`${url}/down`]),
      probe([`tcp://127.0.0.1:${await closedPort()}`]),
      probe([]),
    ])
    expect(found.map(({ code }) => code)).toEqual([1, 1, 1])
    expect(found.map(({ err }) => err === '')).toEqual([true, true, false])
  })

  test('has the same exit code when nobody takes its output', async () => {
    const node = `'${process.execPath}' '${main}'`
    const found = await Promise.all([
      shell(`${node} ${url} <&- >&- 2>&-`),
      shell(`${node} ${url}/down <&- >&- 2>&-`),
      shell(`${node} ${url} >/dev/full`),
      shell(`(${node} ${url}; echo $? >&2) | true`),
      shell(`(${node} ${url}/down; echo $? >&2) | true`),
    ])
    expect(found.map(({ code }) => code)).toEqual([0, 1, 0, 0, 0])
    expect(found.map(({ err }) => err)).toEqual(['', '', '', '0\n', '1\n'])
  })

  test('runs by the link that npm makes of it', async () => {
    const directory = createServerDirectory('hale-probe')
    try {
      const link = `${directory.path}/hale-probe`
      symlinkSync(command, link)
      expect(await run(process.execPath, [link, url])).toMatchObject({ code: 0, err: '' })
    } finally {
      directory.remove()
    }
  })

  test('ends at its timeout, whatever hangs', async () => {
    await using hanging = await startFaultyHttp({ kind: 'silent' })
    await using dripping = await startFaultyHttp({ kind: 'drip', everyMs: 10 })
    const found = await Promise.all([hanging, dripping].map((one) => probe(['-t', '300ms', one.url])))
    for (const { code, out, err, ms } of found) {
      expect({ code, err }).toEqual({ code: 1, err: '' })
      expect(out).toMatch(/no (whole )?answer within 300 ms/)
      expect(ms).toBeLessThan(2500)
    }
  })

  test('loads nothing that plain HTTP does without', async () => {
    const spying = `const { exit } = process
      process.exit = (code) => {
        console.log(JSON.stringify([process.moduleLoadList, Object.keys(require.cache)]))
        exit(code)
      }
      process.argv = [process.argv[0], ...${JSON.stringify([main, url])}]
      require(${JSON.stringify(main)})`
    const { out } = await run(process.execPath, ['-e', spying])
    const [list, files] = JSON.parse(out.slice(out.indexOf('['))) as [string[], string[]]
    const builtIn = list.map((name) => name.replace('NativeModule ', ''))
    expect(builtIn).toContain('net')
    for (const name of [
      'http',
      'https',
      'tls',
      'http2',
      'dns',
      'internal/blocklist',
      'internal/deps/undici/undici',
    ])
      expect(builtIn).not.toContain(name)
    expect(files).toEqual([main])
  })

  test('starts and answers within half as much again as a bare Node', {
    retry: 2,
    timeout: 30_000,
  }, async () => {
    const { ratio } = await probeStart(9)
    expect(ratio).toBeGreaterThan(1)
    expect(ratio).toBeLessThanOrEqual(1.5)
  })

  whenOwned(opensslProgram, 'with TLS', () => {
    test('takes its authority from a file, and warns of nothing on stderr', async () => {
      const authority = createAuthority()
      const directory = createServerDirectory('hale-probe')
      await using https = await startFaultyHttp({ kind: 'status', status: 200 }, authority.issue())
      try {
        writeFileSync(`${directory.path}/ca.pem`, authority.ca)
        const found = await Promise.all([
          probe(['--cacert', `${directory.path}/ca.pem`, https.url]),
          probe(['-k', https.url], { NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
          probe([https.url], { NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
        ])
        expect(found.map(({ code }) => code)).toEqual([0, 0, 1])
        expect(found.map(({ err }) => err)).toEqual(['', '', ''])
        expect(found[2]?.out).toContain('certificate not trusted')
      } finally {
        directory.remove()
      }
    })
  })
})
