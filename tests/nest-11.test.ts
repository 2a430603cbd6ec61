import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { adapterContract } from 'hale/testing'
import { describe, expect, test } from 'vitest'
import { besideNest11 } from './fixtures/beside-nest-11.ts'
import { nestSubject, platforms } from './fixtures/nest-application.mjs'
import { checks } from './fixtures/nest-checks.mjs'
import { life } from './fixtures/nest-life.mjs'

interface Line {
  readonly version?: string
  readonly platform?: string
  readonly name?: string
  readonly error?: string
}

// In a process of its own, which has only that Nest.
async function runBesideNest11(): Promise<readonly Line[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(besideNest11(), 'nest-runner.mjs')], {
    maxBuffer: 10_000_000,
  })
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
