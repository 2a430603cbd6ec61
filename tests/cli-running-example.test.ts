import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { problemsOf } from '../packages/cli/src/generate/schemas/check-file.ts'
import { type RolledService, rollingRestart } from './fixtures/rolling-restart.ts'
import { type ProgramRun, runProgram } from './fixtures/run-program.ts'
import { until } from './fixtures/until.ts'
import { freePort } from './servers/free-port.ts'
import { haproxyProgram, startHaproxy } from './servers/haproxy.ts'
import { nginxProgram, startNginx } from './servers/nginx.ts'
import { type Program, startProgram } from './servers/program.ts'
import { whenOwned } from './servers/when-provided.ts'

/** From nothing but the example, running: what is generated is right, and works. */

const root = fileURLToPath(new URL('..', import.meta.url))
const hale = join(root, 'packages', 'cli', 'dist', 'main.js')
const main = join(root, 'examples', 'service', 'dist', 'main.js')
/** The least with which NGINX leaves anybody out. */
const DRAIN_SECONDS = 2

let folder = ''
let running: Program | undefined
let endpoint = ''

/** Each instance with a database of its own. */
function settings(port: number, name: string): Record<string, string> {
  const file = join(folder, `${name}.db`)
  return { APP_PORT: String(port), DRAIN_DELAY: String(DRAIN_SECONDS), DATABASE_FILE: file }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hale-running-example-'))
  const port = await freePort()
  endpoint = `http://127.0.0.1:${port}/health`
  running = await startProgram({
    path: process.execPath,
    args: [main],
    cwd: folder,
    env: { PATH: process.env.PATH, ...settings(port, 'asked'), DRAIN_DELAY: '0' },
    ready: async (output) => output.includes('Try:') && (await fetch(`${endpoint}/ready`)).ok,
  })
})

afterAll(async () => {
  await running?.end()
  rmSync(folder, { recursive: true, force: true })
})

function run(...words: readonly string[]): Promise<ProgramRun> {
  return runProgram(process.execPath, [hale, ...words], folder)
}

/** What no answer tells of the example. */
const said = ['--name', 'example', '--budget-ms', '1500', '--drain-delay-ms', String(DRAIN_SECONDS * 1000)]

/** The files that are generated for a target, in the order of their paths. */
async function generated(target: string, ...more: readonly string[]): Promise<readonly string[]> {
  const out = join(folder, target)
  const words = ['generate', target, '--endpoint', endpoint, ...said, ...more, '--out', out]
  expect(await run(...words)).toMatchObject({ status: 0 })
  const entries = readdirSync(out, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => join(parentPath, name)).sort()
}

const read = (path: string) => readFileSync(path, 'utf8')

test('the doctor and the schemas find nothing wrong with its manifests', async () => {
  // In a cluster an instance drains for as long as the news of its end travels.
  const inCluster = ['--drain-delay-ms', '5000']
  const image = ['--image', 'registry.example/example:1.0.0']
  const paths = await generated('kubernetes', ...image, ...inCluster)
  expect(paths.map((path) => path.slice(path.lastIndexOf('/') + 1))).toEqual([
    'deployment.yaml',
    'pod-disruption-budget.yaml',
    'service.yaml',
  ])
  const wrong = () =>
    paths.flatMap((path) => problemsOf({ path, text: read(path), language: 'yaml' as const }))
  expect(wrong()).toEqual([])
  const asked = ['--endpoint', endpoint, ...said.slice(2), ...inCluster, '--severity', 'info']
  const examined = () => run('doctor', ...asked, join(folder, 'kubernetes'))
  expect(await examined()).toEqual({ status: 0, stdout: '', said: '3 files examined, nothing found\n' })

  // Made worse by hand, they are seen to have been looked at.
  const deployment = paths.find((path) => path.endsWith('deployment.yaml')) ?? ''
  writeFileSync(deployment, read(deployment).replace('/health/live', '/health/ready'))
  expect(await examined()).toMatchObject({ status: 1 })
  writeFileSync(deployment, read(deployment).replace('timeoutSeconds', 'timeOutSeconds'))
  expect(wrong()).not.toEqual([])
}, 30_000)

whenOwned(haproxyProgram, 'behind the HAProxy', () => {
  whenOwned(nginxProgram, 'and the NGINX that are generated for it', () => {
    test('it rolls over to new instances without losing a request', async () => {
      const ports = [await freePort(), await freePort()]
      const instances = ports.flatMap((port) => ['--instance', `127.0.0.1:${port}`])
      const [forHaproxy, forNginx] = await Promise.all(
        ['haproxy', 'nginx'].map((target) => generated(target, ...instances)),
      )
      const [backend = ''] = forHaproxy?.map(read) ?? []
      const [upstream = '', location = ''] = forNginx?.map(read) ?? []
      // Somebody is left out, else a dead instance would be asked each time.
      expect(upstream).toContain('max_fails=3')
      await using haproxy = await startHaproxy({
        sections: ({ port }) =>
          `frontend front\n bind 127.0.0.1:${port}\n default_backend example\n${backend}`,
      })
      await using nginx = await startNginx({
        http: ({ port }) =>
          `${upstream}server {\n listen 127.0.0.1:${port};\n location / {\n${location}}\n}\n`,
      })
      const service: RolledService = {
        main,
        env: ({ port, index }) => settings(port, String(index)),
        path: '/',
      }
      const restarts = 3
      const { lost, answered, exitCodes } = await rollingRestart({
        urls: [haproxy.url, nginx.url],
        ports,
        restarts,
        perSecond: 50,
        service,
        methods: ['GET'],
        inRotation: (index) =>
          until(async () => (await haproxy.state(`example-${index + 1}`, 'example')).status, 'UP'),
      })
      expect({ lost, exitCodes }).toEqual({ lost: [], exitCodes: Array(restarts).fill(0) })
      expect(answered).toBeGreaterThan(restarts * DRAIN_SECONDS * 50 * 0.5)
      // Of both: nobody was asked alone.
      expect(nginx.errorLog()).not.toContain('no live upstreams')
    }, 60_000)
  })
})
