import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { answersAlike } from './fixtures/adapter-table.ts'
import { bun, deno, type Runtime, whenInstalled } from './servers/runtimes.ts'

// The built library under other runtimes than Node.

const service = fileURLToPath(new URL('./fixtures/fetch-service.mjs', import.meta.url))
const bareService = fileURLToPath(new URL('./fixtures/fetch-alone.mjs', import.meta.url))
const running = new Set<ChildProcess>()

afterEach(async () => {
  for (const child of running) {
    const ended = once(child, 'close')
    child.kill('SIGKILL')
    await ended
  }
  running.clear()
})

/** Starts a service that prints its URL. */
function started(program: string, ...args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { env: { ...process.env, NO_COLOR: '1' } })
  running.add(child)
  let output = ''
  return new Promise((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      output += chunk
      const url = /^http:\/\/\S+$/m.exec(output)?.[0]
      if (url !== undefined) resolve(url)
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('error', reject)
    child.once('close', (code) => reject(new Error(`ended with ${code}: ${output}`)))
  })
}

const runners: readonly (readonly [Runtime, readonly string[], readonly string[]])[] = [
  [bun, ['run'], ['fetch', 'hono', 'elysia', 'h3']],
  [
    deno,
    [
      'run',
      '--quiet',
      '--no-remote',
      '--node-modules-dir=manual',
      '--allow-net=127.0.0.1',
      '--allow-env',
      '--allow-read',
    ],
    ['fetch', 'hono', 'h3'],
  ],
]

for (const [runtime, args, kinds] of runners) {
  whenInstalled(runtime, `on ${runtime.name}`, (program) => {
    test.each(kinds)('an application of %s answers as the plain handler does on Node', async (kind) => {
      await answersAlike(await started(program, ...args, service, kind))
    })
  })
}

whenInstalled(deno, 'without Node', (program) => {
  const graphOf = (file: string) => {
    const { stdout } = spawnSync(program, ['info', '--json', '--no-remote', file], { encoding: 'utf8' })
    const { modules } = JSON.parse(stdout) as {
      modules: { specifier: string; kind: string; error?: string }[]
    }
    return modules
  }

  test('core, HTTP and the fetch adapter need no permission and import nothing of Node', () => {
    const { status, stdout, stderr } = spawnSync(
      program,
      ['run', '--quiet', '--no-remote', '--no-prompt', bareService],
      {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, NO_COLOR: '1' },
      },
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({ live: 200, ready: 503, other: null })
    const modules = graphOf(bareService)
    expect(modules.length).toBeGreaterThan(3)
    expect(modules.filter(({ specifier, error }) => !specifier.startsWith('file:') || error)).toEqual([])
  })

  test('the one that looks sees what imports Node', () => {
    const node = fileURLToPath(new URL('../packages/hale/dist/checks/dns.js', import.meta.url))
    expect(graphOf(node).some(({ specifier }) => specifier.startsWith('node:dns'))).toBe(true)
  })
})
