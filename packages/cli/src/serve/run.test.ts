import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { fakeTerminal } from '../command/fake-terminal.ts'
import { logTo } from './log.ts'
import { Redaction } from './redaction.ts'
import { run, type ServeOptions } from './run.ts'

const PLANTED = 'planted-Secret'
const cwd = mkdtempSync(join(tmpdir(), 'hale-run-'))
afterAll(() => rmSync(cwd, { recursive: true }))

async function said(text: string, options: ServeOptions, env: Record<string, string> = {}) {
  writeFileSync(join(cwd, 'hale.yaml'), text)
  const terminal = fakeTerminal({ cwd, env })
  const code = await run({ args: [], options }, terminal, () => {})
  return { code, ...terminal.said }
}

const secrets = `deploy: { replicas: 3 }
service: { name: orders }
checks:
  t: { type: http, url: "https://${PLANTED}@h/" }
  a: { type: http, url: "https://u:${PLANTED}@h/p?key=${PLANTED}&x=1", headers: { authorization: "${PLANTED}" }, expectBody: "ok" }
  b: { type: any, checks: { c: { type: tcp, host: h, port: 1, send: "AUTH ${PLANTED}" } } }
serve:
  token: { value: "\${TOKEN}", visibility: debug }
  admin: { token: { ann: { file: token } } }
`

it('prints the file resolved, without its secrets', async () => {
  writeFileSync(join(cwd, 'token'), `${PLANTED}-of-ann\n`)
  const { code, out, err } = await said(secrets, { printConfig: true }, { TOKEN: `${PLANTED}-of-env` })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).not.toContain(PLANTED)
  expect(out).toBe(`service:
  name: orders
checks:
  t:
    type: http
    url: https://********@h/
  a:
    type: http
    url: https://u:********@h/p?key=********&x=********
    headers:
      authorization: "********"
    expectBody: ok
  b:
    type: any
    checks:
      c:
        type: tcp
        host: h
        port: 1
        send: "********"
serve:
  token:
    value: "********"
    visibility: debug
  admin:
    token:
      ann: "********"
deploy:
  replicas: 3
`)
})

it('says that a file is right, or every problem with its place', async () => {
  const right = 'checks: { a: { type: gc } }\n'
  expect(await said(right, { checkConfig: true })).toEqual({
    code: 0,
    out: 'hale.yaml: right, 1 check\n',
    err: '',
  })
  const wrong = `checks:
  live: { type: gc }
  a: { type: tcp, host: "http://h", port: 80 }
  b: { type: quorum, needed: 2, checks: { c: { type: udp, host: h, port: 1, send: x, intervalMs: 5 } } }
groups: { g: { members: [d] } }
serve: { port: 9400, token: short, grpc: { port: 9400 }, offLoop: true, metrics: true }
deploy: { servicePort: 9400 }
`
  const { code, out, err } = await said(wrong, { checkConfig: true })
  expect({ code, out }).toEqual({ code: 1, out: '' })
  const lines = err.trimEnd().split('\n')
  expect(lines).toEqual([
    expect.stringMatching(/^hale.yaml:2:\d+: checks.live: the name is reserved; choose another/),
    expect.stringMatching(/^hale.yaml:3:25: checks.a.host: expected a host name or an address, got a string/),
    expect.stringMatching(/^hale.yaml:4:30: checks.b.needed: .*/),
    expect.stringMatching(/^hale.yaml:4:\d+: checks.b.checks.c.intervalMs: runs only when the whole does/),
    expect.stringMatching(/^hale.yaml:5:26: groups.g.members\[0\]: no check of this name/),
    expect.stringMatching(/^hale.yaml:6:16: serve.port: port 9400 is that of the service/),
    expect.stringMatching(/^hale.yaml:6:29: serve.token: /),
    expect.stringMatching(
      /^hale.yaml:6:50: serve.grpc.port: port 9400 is taken by serve.port; choose another/,
    ),
    expect.stringMatching(
      /^hale.yaml:6:82: serve.metrics: cannot be answered off the loop; give the thread a port/,
    ),
  ])
})

it('says all at once, of whichever kind, and nothing that comes of another', async () => {
  const wrong = `checks:
  a: { type: tcp, host: "http://h", port: 80 }
  b: { type: http, url: { file: nowhere } }
  c: { type: gc, timeoutMs: 5s }
  d: { type: http, url: "http://h", expectBody: { match: "(" } }
  e: { type: http, url: "\${NOPE}" }
groups: { g: { members: [b, c, d, e, nobody] }, h: { members: [c], x: 1 } }
serve: { port: 9401, grpc: { port: 9401 }, metrics: true, haproxyAgent: { port: 9402, group: h } }
deploy: { replicas: none }
`
  const { code, err } = await said(wrong, { checkConfig: true })
  expect(code).toBe(1)
  expect(err.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^hale.yaml:2:25: checks.a.host: expected a host name/),
    `hale.yaml:3:33: checks.b.url: the file of the secret is not there; it is looked for in ${cwd}`,
    expect.stringMatching(/^hale.yaml:4:29: checks.c.timeoutMs: .*; write 5000$/),
    expect.stringMatching(/^hale.yaml:5:49: checks.d.expectBody: not a regular expression/),
    expect.stringMatching(/^hale.yaml:6:26: checks.e.url: the environment variable NOPE is not set/),
    expect.stringMatching(/^hale.yaml:7:38: groups.g.members\[4\]: no check of this name/),
    expect.stringMatching(/^hale.yaml:7:68: groups.h.x: unknown; known are members/),
    'hale.yaml:8:36: serve.grpc.port: port 9401 is taken by serve.port; choose another',
    expect.stringMatching(/^hale.yaml:9:21: deploy.replicas: expected a whole number/),
  ])
})

it('asks for a file where its name is empty, as that of a variable that is not set', async () => {
  const asked = run({ args: [''], options: {} }, fakeTerminal({ cwd }), () => {})
  await expect(asked).rejects.toThrow('an empty name names no file')
})

it.each([{ checkConfig: true }, { printConfig: true }, {}])(
  'exits 1 when the file is wrong, %j',
  async (options) => {
    const { code, out, err } = await said('checks: { a: { type: gc, x: "planted-Secret" } }', options)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^hale.yaml:1:26: checks.a.x: unknown; known are /)
    expect(err).not.toContain(PLANTED)
  },
)

it('says as JSON why it does not start, when that is how it logs', async () => {
  const { code, err } = await said('checks: { a: { type: gc, x: 1 } }', { log: 'json' })
  expect(code).toBe(1)
  expect(JSON.parse(err)).toMatchObject({
    level: 'error',
    message: expect.stringContaining('hale.yaml:1:26: checks.a.x: unknown'),
  })
})

it('writes a line for each event, as text and as JSON, without secrets in whichever form', () => {
  const redaction = new Redaction()
  redaction.know(['p"lanted/Secret', 'abc'])
  const error = new AggregateError([new Error('first\nERROR forged p"lanted/Secret'), 'p%22lanted%2FSecret'])
  const text = fakeTerminal()
  logTo(text, 'text', redaction).error('check a UP → DOWN', { err: error, check: 'a' })
  expect(text.said.err).toMatch(/^\d{4}-\S+Z ERROR check a UP → DOWN \(first ERROR forged \*{8}, \*{8}\)\n$/)
  const json = fakeTerminal()
  logTo(json, 'json', redaction).warn('abc', { err: error, check: 'a' })
  expect(JSON.parse(json.said.err)).toEqual({
    time: expect.any(String),
    level: 'warn',
    message: 'abc',
    check: 'a',
    cause: 'first\nERROR forged ********, ********',
  })
  redaction.know(['another'])
  expect(redaction.redact('p"lanted/Secret another')).toBe('******** ********')
})

it('outlives a SIGHUP that comes during the start, and reads the file again after it', async () => {
  writeFileSync(
    join(cwd, 'hale.yaml'),
    'checks: { a: { type: gc } }\nserve: { port: 0, host: 127.0.0.1 }\ndeploy: { drainDelayMs: 0 }\n',
  )
  const before = process.listenerCount('SIGHUP')
  const end = new AbortController()
  const terminal = fakeTerminal({ cwd, signal: end.signal })
  const code = run({ args: [], options: { watch: false } }, terminal, () => {})
  process.listeners('SIGHUP').at(-1)?.('SIGHUP')
  await expect.poll(() => terminal.said.err).toContain('hale.yaml read again: nothing has changed')
  end.abort('SIGTERM')
  expect(await code).toBe(0)
  expect(process.listenerCount('SIGHUP')).toBe(before)
})
