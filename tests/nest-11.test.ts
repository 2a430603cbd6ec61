import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { adapterContract } from 'hale/testing'
import { describe, expect, test } from 'vitest'
import { nestSubject, platforms } from './fixtures/nest-application.mjs'
import { checks } from './fixtures/nest-checks.mjs'
import { life } from './fixtures/nest-life.mjs'
import { temporaryTree } from './temporary-tree.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Line {
  readonly version?: string
  readonly platform?: string
  readonly name?: string
  readonly error?: string
}

// The built package finds Nest from where it lies, so it is put beside the other Nest, and asked in a process of its own.
async function runBesideNest11(): Promise<readonly Line[]> {
  const tree = temporaryTree({ 'package.json': { type: 'module' } })
  const modules = join(tree, 'node_modules')
  const hale = join(root, 'packages', 'hale')
  for (const part of ['package.json', 'dist']) {
    cpSync(join(hale, part), join(modules, 'hale', part), { recursive: true })
  }
  mkdirSync(join(tree, 'fixtures'))
  for (const file of readdirSync(join(root, 'tests', 'fixtures'))) {
    if (/^nest-.*\.mjs$/.test(file))
      cpSync(join(root, 'tests', 'fixtures', file), join(tree, 'fixtures', file))
  }
  symlinkSync(join(root, 'tests', 'nest-11', 'node_modules', '@nestjs'), join(modules, '@nestjs'))
  symlinkSync(join(root, 'node_modules', 'reflect-metadata'), join(modules, 'reflect-metadata'))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(tree, 'fixtures', 'nest-runner.mjs')],
    {
      maxBuffer: 10_000_000,
    },
  )
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

let running: Promise<readonly Line[]> | undefined
const ran = (): Promise<readonly Line[]> => {
  running ??= runBesideNest11()
  return running
}

// The first of them waits for all.
describe('hale/nest in Nest 11', { timeout: 60_000 }, () => {
  test('is asked beside Nest 11', async () => {
    expect((await ran())[0]?.version).toMatch(/^11\./)
  })

  describe.each(Object.keys(platforms))('on %s', (platform) => {
    for (const { name } of [...adapterContract(nestSubject(platform)), ...checks, ...life]) {
      test(name, async () => {
        const line = (await ran()).find((found) => found.platform === platform && found.name === name)
        expect(line, 'was not run').toBeDefined()
        expect(line?.error).toBeUndefined()
      })
    }
  })
})
