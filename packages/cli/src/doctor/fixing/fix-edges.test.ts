import { spawnSync } from 'node:child_process'
import { chmod, readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { profileOf } from '../../profile/defaults.ts'
import { asNobody, doctorInFolder } from '../doctor-in-folder.ts'
import type { KnownService } from '../known-service.ts'
import type { DoctorOptions } from '../run.ts'
import { fixFiles } from './fix-files.ts'

const KNOWN: KnownService = {
  profile: profileOf({ name: 'orders', port: 8080, startupMs: 30_000 }, { budgetMs: 1500 as 800 }),
  source: 'hale.yaml',
  timesAreKnown: true,
}

async function fixed(path: string, text: string): Promise<string> {
  const [once] = await fixFiles([{ path, text }], KNOWN)
  const [twice] = await fixFiles([{ path, text: once?.after ?? '' }], KNOWN)
  expect(twice?.after, 'a second run changes something').toBe(once?.after)
  return once?.after ?? ''
}

const PATCH = 'patch'

const COMPOSE = `services:
  orders:
    image: registry.example/orders:1
    healthcheck:
      test: [CMD, hale-probe, http://127.0.0.1:8080/health/ready]
      timeout: 1s # short
      start_period: 60s
    stop_grace_period: 60s
`

describe('what a mend does to', () => {
  test('a byte order mark: nothing', async () => {
    expect(await fixed('compose.yaml', `\uFEFF${COMPOSE}`)).toBe(`\uFEFF${COMPOSE.replace('1s #', '3s #')}`)
    const haproxy =
      'backend orders\n  option httpchk /health/ready\n  timeout check 5s\n  server a x:1 check\n'
    expect(await fixed('haproxy.cfg', `\uFEFF${haproxy}`)).toBe(
      `\uFEFF${haproxy.replace('httpchk ', 'httpchk GET ')}`,
    )
    const docker =
      'FROM x\nHEALTHCHECK --timeout=1s --start-period=1m CMD hale-probe http://127.0.0.1:8080/health/ready\n'
    expect(await fixed('Dockerfile', `\uFEFF${docker}`)).toBe(`\uFEFF${docker.replace('1s', '3s')}`)
    const unit = '[Service]\nWatchdogSec=30\n'
    expect(await fixed('x.service', `\uFEFF${unit}`)).toBe(
      `\uFEFF[Service]\nRestart=on-failure\nWatchdogSec=30\n`,
    )
    const terraform =
      'resource "azurerm_lb_probe" "x" {\n  request_path = "/health/live"\n  interval_in_seconds = 5\n  probe_threshold = 2\n}\n'
    expect(await fixed('x.tf', `\uFEFF${terraform}`)).toBe(`\uFEFF${terraform.replace('live', 'ready')}`)
  })

  test.each([
    ['5s', '3s'],
    ['2s', '2s'],
    ['1s', '1s'],
  ])(
    'a timeout: what generate gives, or as much as an interval of %s has room for',
    async (interval, timeout) => {
      const text = COMPOSE.replace('timeout: 1s', `interval: ${interval}\n      timeout: 1s`)
      expect(await fixed('compose.yaml', text)).toBe(text.replace('1s #', `${timeout} #`))
    },
  )

  test.each([
    ['compose.yaml', COMPOSE],
    ['x.cfg', 'backend orders\n  option httpchk GET /health/ready\n  server a x:1\n'],
    ['x.service', '[Service]\n# patience\nWatchdogSec=30\n\n[Install]\n'],
    [
      'x.tf',
      'resource "google_compute_health_check" "x" {\n  timeout_sec = 9\n  http_health_check {\n    request_path = "/health/live"\n  }\n}\n',
    ],
    ['Caddyfile', 'x {\n\treverse_proxy a:1 {\n\t\thealth_uri /health/live\n\t\thealth_timeout 1s\n\t}\n}\n'],
    ['x.vcl', 'vcl 4.1;\nprobe x {\n  .url = "/health/live";\n  .timeout = 1s;\n}\n'],
    ['x.rules.yml', 'groups:\n  - name: x\n    rules:\n      - alert: Down\n        expr: up == 0\n'],
    ['x.conf', 'upstream x {\n  server a max_fails=0;\n  server b max_fails=0;\n}\n'],
  ])('lines that end as on Windows: nothing (%s)', async (path, text) => {
    const after = await fixed(path, text)
    expect(after).not.toBe(text)
    expect(await fixed(path, text.replaceAll('\n', '\r\n'))).toBe(after.replaceAll('\n', '\r\n'))
  })

  test('a file of several documents, one of which is broken or empty: no other than the one that it is for', async () => {
    const pod = (name: string, threshold: number): string =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  containers:\n    - name: x\n      image: x\n      livenessProbe: {tcpSocket: {port: 1}, failureThreshold: ${threshold}}\n`
    const text = `---\n${pod('a', 1)}---\n---\nkind: [broken\n---\n# c\n${pod('b', 1)}...\n---\n${pod('c', 5)}`
    expect(await fixed('x.yaml', text)).toBe(text.replaceAll('failureThreshold: 1}', 'failureThreshold: 3}'))
  })

  test('what an anchor or a merge shares: nothing, and the rest', async () => {
    const text = `x-check: &check
  timeout: 1s
services:
  a:
    image: x
    stop_grace_period: 60s
    healthcheck:
      <<: *check
      test: [CMD, hale-probe, http://127.0.0.1:8080/health/ready]
      start_period: 60s
  b:
    image: x
    stop_grace_period: 60s
    healthcheck: &own
      test: [CMD, hale-probe, http://127.0.0.1:8080/health/ready]
      timeout: 1s
      start_period: 60s
`
    const after = await fixed('compose.yaml', text)
    // What is merged is overruled where it is used, and stays what it is for others.
    expect(after).toContain('x-check: &check\n  timeout: 1s\n')
    expect(after).toContain('start_period: 60s\n      timeout: 3s\n  b:')
    expect(after).toMatch(/&own\n.*\n {6}timeout: 3s\n/)
  })

  test('a command that asks the wrong path: the path', async () => {
    const unit = `[Unit]
OnFailure=x-restart.service
[Service]
ExecStart=/usr/bin/curl -f \\
  --max-time 5 http://127.0.0.1:8080/health/ready
`
    expect(await fixed('x.service', unit)).toBe(unit.replace('/health/ready', '/health/live'))
    const pod = `apiVersion: v1
kind: Pod
metadata: { name: x }
spec:
  containers:
    - name: x
      image: x
      startupProbe: { tcpSocket: { port: 8080 }, failureThreshold: 30 }
      livenessProbe:
        exec: { command: [sh, -c, 'curl -f "http://localhost:8080/health/ready" # ready'] }
        timeoutSeconds: 3
`
    expect(await fixed('x.yaml', pod)).toBe(pod.replace('/health/ready', '/health/live'))
  })

  test('two faults at one place: both, one after the other', async () => {
    const text =
      'backend orders\n  option httpchk\n  http-check expect status 204\n  server a x:1\n  server b x:2\n'
    const after = await fixed('x.cfg', text)
    expect(after).toContain('server a x:1 check\n')
    expect(after).toContain('server b x:2 check\n')
    expect(after).toContain('option httpchk GET /health/ready\n')
    expect(after).toContain('http-check expect status 200,204\n')
  })
})

describe('files', () => {
  const { at, doctor: run, put, text } = doctorInFolder(beforeEach, afterEach)
  const doctor = (files: readonly string[], options: DoctorOptions) =>
    run(files, { port: '8080', budgetMs: '1500', ...options })

  test('one that cannot be written is named, and the others are mended', async () => {
    for (const name of ['a.yaml', 'b.yaml']) await put(name, COMPOSE)
    await chmod(at('.'), 0o777)
    await chmod(at('a.yaml'), 0o444)
    await chmod(at('b.yaml'), 0o666)
    await expect(asNobody(() => doctor(['a.yaml', 'b.yaml'], { fix: true }))).rejects.toMatchObject({
      problems: ['a.yaml could not be written: not allowed'],
    })
    expect(await text('a.yaml')).toBe(COMPOSE)
    expect(await text('b.yaml')).toContain('timeout: 3s')
  })

  test('one in another encoding is examined, and left as it is', async () => {
    const latin = Buffer.from(COMPOSE.replace('short', 'für kurze Zeit'), 'latin1')
    await put('a.yaml', latin)
    const { code, err } = await doctor(['a.yaml'], { fix: true })
    expect(code).toBe(1)
    expect(err).toContain('a.yaml: is not in UTF-8: --fix leaves it alone')
    expect(await readFile(at('a.yaml'))).toEqual(latin)
    const wide = Buffer.from(`\uFEFF${COMPOSE}`, 'utf16le')
    await put('b.yaml', wide)
    const found = await doctor(['b.yaml'], { fix: true })
    expect(found.out).toContain('b.yaml:6:7: error timeout-below-budget')
    expect(await readFile(at('b.yaml'))).toEqual(wide)
    const bigEndian = Buffer.from(wide).swap16()
    await put('c.yaml', bigEndian)
    expect((await doctor(['c.yaml'], { fix: true })).out).toContain('c.yaml:6:7: error timeout-below-budget')
    expect(await readFile(at('c.yaml'))).toEqual(bigEndian)
  })

  test('the diff of a dry run is what patch takes, and leads to what --fix writes', async () => {
    const before = [
      `${COMPOSE.trimEnd()}\n  # no line feed at the end`,
      'backend orders\r\n  option httpchk /health/ready\r\n  server a x:1\r\n',
    ]
    const named = ['de ploy/compose.yaml', 'orders.cfg']
    const write = () => Promise.all(named.map((name, of) => put(name, before[of] ?? '')))
    const read = () => Promise.all(named.map(text))
    await write()
    const { out } = await doctor(named, { fix: true, dryRun: true })
    const options = { cwd: at('.'), input: out, encoding: 'utf8' } as const
    const byPatch = spawnSync(PATCH, ['-p1', '--binary'], options)
    // Not every system has it.
    const patch = byPatch.error === undefined ? byPatch : spawnSync('git', ['apply'], options)
    expect(patch.stderr + patch.stdout).not.toContain('FAILED')
    expect(patch.status).toBe(0)
    const patched = await read()
    await write()
    await doctor(named, { fix: true })
    expect(patched).toEqual(await read())
    expect(patched).not.toEqual(before)
  })
})
