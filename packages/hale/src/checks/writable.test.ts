import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import {
  type SmallFileSystem,
  startSmallFileSystem,
  whenMountable,
} from '../../../../tests/servers/small-file-system.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { type WritableCheckOptions, writable } from './writable.ts'

whenMountable('keeps the contract of checks on a small file system', () => {
  let system: SmallFileSystem
  let directory = ''
  beforeAll(() => {
    system = startSmallFileSystem({ bytes: 65_536, inodes: 10 })
    directory = join(system.path, 'uploads')
    mkdirSync(directory)
  })
  afterAll(() => system.close())
  const filling = () => join(system.path, 'filling')
  const names = Array.from({ length: 10 }, (_, index) => `f${index}`)
  const cases = checkContract({
    create: () => writable(directory, { maxAgeMs: { up: 0 } }),
    works: nothingToConnect,
    secrets: () => [system.path, 'uploads'],
    heal: () => {
      system.remount('rw')
      for (const name of names) rmSync(join(system.path, name), { force: true })
      rmSync(filling(), { force: true })
      mkdirSync(directory, { recursive: true })
      expect(readdirSync(directory), 'left behind').toEqual([])
    },
    faults: {
      'a full disk': {
        inject: () => expect(() => writeFileSync(filling(), Buffer.alloc(100_000))).toThrow('ENOSPC'),
        expect: { text: 'no space left' },
      },
      'no inodes': {
        inject: () =>
          expect(() => {
            for (const name of names) writeFileSync(join(system.path, name), '')
          }).toThrow('ENOSPC'),
        expect: { text: 'no space left' },
      },
      'a read-only file system': {
        inject: () => system.remount('ro'),
        expect: { text: 'read-only file system' },
      },
      'a directory that is gone': {
        inject: () => rmSync(directory, { recursive: true }),
        expect: { text: 'not found' },
      },
      none: { inject: () => {}, expect: { status: 'UP', text: 'written and read back' } },
    },
    connections: () => readdirSync(directory).length,
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

describe('writable', () => {
  test('writes at most every ten seconds while it is well, and leaves nothing', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'hale-writable-'))
    try {
      const health = createHealth({ checks: { files: writable(directory) } })
      const first = (await health.readiness()).checks.files
      expect([first.status, first.message]).toEqual(['UP', 'written and read back'])
      expect(readdirSync(directory)).toEqual([])
      rmSync(directory, { recursive: true })
      expect((await health.readiness()).checks.files.status).toBe('UP')
      expect((await health.check('files').run()).error).toBe('not found')
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })

  test('may belong to startup when asked to', () => {
    expectTypeOf(writable('/tmp', { probes: ['startup'] })).toEqualTypeOf<CheckDefinition<'startup'>>()
  })

  test('names all that is wrong with its options', () => {
    const options = { maxAgeMs: 5, sync: true } as unknown as WritableCheckOptions
    expect(() => createHealth({ checks: { files: writable('', options) } })).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.files.directory: expected a path, got an empty string',
          expect.stringContaining('checks.files.sync: unknown option'),
          'checks.files.maxAgeMs: expected an object, got 5',
        ],
      }),
    )
  })
})
