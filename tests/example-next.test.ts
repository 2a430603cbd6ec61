import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

// Next.js is installed for this alone, 372 MB of it, so only where time is no matter.

const root = fileURLToPath(new URL('..', import.meta.url))
const wanted = process.env.HALE_FULL === '1' || process.env.CI === 'true'
const left = new Set(['node_modules', '.next', 'src', '.tsbuildinfo'])
const minutes = 60_000
const environment = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' as const }

let workplace: string | undefined
let server: ChildProcess | undefined

afterAll(() => {
  server?.kill('SIGKILL')
  if (workplace !== undefined) rmSync(workplace, { recursive: true, force: true })
})

/** A copy of the example beside one of the library, as the example's lock file has them. */
function copied(): string {
  workplace = mkdtempSync(join(tmpdir(), 'hale-next-'))
  for (const part of ['examples/next', 'packages/hale']) {
    cpSync(join(root, part), join(workplace, part), {
      recursive: true,
      filter: (source) => !left.has(basename(source)),
    })
  }
  return join(workplace, 'examples/next')
}

function run(directory: string, command: string, ...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: directory,
    env: environment,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  expect(status, `${command} ${args.join(' ')}:\n${stdout}\n${stderr}`).toBe(0)
}

function started(directory: string): Promise<string> {
  const next = join(directory, 'node_modules/next/dist/bin/next')
  const child = spawn(process.execPath, [next, 'start', '-p', '0', '-H', '127.0.0.1'], {
    cwd: directory,
    env: environment,
  })
  server = child
  let output = ''
  return new Promise((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      output += chunk
      const url = /Local:\s+(http:\S+)[\s\S]*Ready/.exec(output)?.[1]
      if (url !== undefined) resolve(url)
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('close', (code) => reject(new Error(`ended with ${code}: ${output}`)))
  })
}

async function ask(url: string, method = 'GET') {
  const response = await fetch(url, { method, redirect: 'manual' })
  const { status, headers } = response
  return {
    status,
    type: headers.get('content-type'),
    cache: headers.get('cache-control'),
    headers,
    text: await response.text(),
  }
}

test('the example for Next.js builds, starts and answers', { timeout: 10 * minutes }, async (context) => {
  if (!wanted) context.skip('installs Next.js (372 MB): set CI=true, or run npm test -- --full')
  const directory = copied()
  run(
    directory,
    'npm',
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  )
  run(directory, process.execPath, 'node_modules/next/dist/bin/next', 'build')
  const url = await started(directory)
  const json = { type: 'application/json', cache: 'no-store' }
  for (const path of ['/health', '/health/live', '/health/ready', '/health/startup', '/health/database']) {
    const answer = await ask(url + path)
    expect(answer, path).toMatchObject({ status: 200, ...json })
    expect(JSON.parse(answer.text)).toMatchObject({ status: 'UP', service: 'orders' })
  }
  expect(JSON.parse((await ask(`${url}/health?deep=true`)).text).details).toHaveProperty('database')
  expect(await ask(`${url}/health`, 'HEAD')).toMatchObject({ status: 200, ...json, text: '' })
  const options = await ask(`${url}/health/ready`, 'OPTIONS')
  expect(options).toMatchObject({ status: 200, text: '' })
  expect(options.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const refused = await ask(`${url}/health/ready`, method)
    expect(refused).toMatchObject({ status: 405, type: 'application/problem+json' })
    expect(refused.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
  }
  expect(await ask(`${url}/health/nobody`)).toMatchObject({ status: 404, text: 'Not Found' })
  expect(await ask(url)).toMatchObject({ status: 200, text: 'hello from Next.js' })
})
