import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { check, createHealth } from 'hale'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { servedUntilClosed } from './served-health.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const hale = join(root, 'packages', 'cli', 'dist', 'main.js')
const opened: (() => unknown)[] = []
let url = ''

beforeAll(async () => {
  const health = createHealth({
    service: { name: 'orders', version: '1.2.3' },
    checks: { Database: check(() => undefined), ExternalServiceAPI: check(() => undefined) },
  })
  url = (await servedUntilClosed(opened)(health)).url
})
afterAll(async () => {
  for (const close of opened) await close()
})

function run(
  args: readonly string[],
  input = '',
): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [hale, ...args], { cwd: root, timeout: 10_000 })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, out, err }))
    child.stdin.end(input)
  })
}

test('nothing is found in what hale generates for a service that runs', async () => {
  const image = 'registry.example/orders:1.2.3'
  const generated = await run(['generate', 'kubernetes', '--endpoint', url, '--image', image])
  expect(generated.err).toBe('')
  expect(generated.out).toContain('kind: Deployment')
  const calm = await run(['doctor', '--endpoint', url, '--severity', 'info', '-'], generated.out)
  expect(calm).toEqual({ code: 0, out: '', err: '1 file examined, nothing found\n' })
  // The same manifests, spoilt: what found nothing has looked.
  const spoilt = generated.out.replace(/path: (\S*)\/live\b/, 'path: $1/ready')
  const found = await run(['doctor', '--endpoint', url, '--format', 'json', '-'], spoilt)
  expect(found.code).toBe(1)
  const rules = JSON.parse(found.out).findings.map(({ rule }: { rule: string }) => rule)
  expect(rules).toContain('liveness-asks-readiness')
})

test('a command line that is wrong says how to mend it, and exits 2', async () => {
  const wrong = await run(['doctor', 'no-such-file.yaml'])
  expect(wrong).toEqual({
    code: 2,
    out: '',
    err: 'hale doctor: no-such-file.yaml cannot be read: there is no such file\n',
  })
})
