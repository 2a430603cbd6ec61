import { spawnSync } from 'node:child_process'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
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
import { type DiskCheckOptions, disk } from './disk.ts'

whenMountable('keeps the contract of checks on a small file system', () => {
  let system: SmallFileSystem
  let gone = ''
  beforeAll(() => {
    system = startSmallFileSystem({ bytes: 1_048_576, inodes: 20 })
  })
  afterAll(() => system.close())
  const file = () => join(system.path, 'filling')
  const cases = checkContract({
    create: () => disk(gone || system.path),
    works: nothingToConnect,
    secrets: () => [system.path],
    heal: () => {
      gone = ''
      rmSync(file(), { force: true })
      for (let index = 0; index < 20; index++) rmSync(join(system.path, `f${index}`), { force: true })
    },
    faults: {
      'a full disk': {
        inject: () => expect(() => writeFileSync(file(), Buffer.alloc(2_000_000))).toThrow('ENOSPC'),
        expect: { text: 'little space left' },
      },
      'a nearly full disk': {
        inject: () => writeFileSync(file(), Buffer.alloc(1_000_000)),
        expect: { status: 'DEGRADED', text: 'little space left' },
      },
      'no inodes': {
        inject: () =>
          expect(() => {
            for (let index = 0; index < 20; index++) writeFileSync(join(system.path, `f${index}`), '')
          }).toThrow('ENOSPC'),
        expect: { text: 'few inodes left' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())

  test('its data are those of df', async () => {
    const health = createHealth({ checks: { disk: disk(system.path) } })
    writeFileSync(file(), Buffer.alloc(524_288))
    const { status, message, data } = await health.check('disk').run()
    expect([status, message]).toEqual(['UP', 'space left'])
    expect(data).toEqual({
      freeBytes: 524_288,
      totalBytes: 1_048_576,
      freeShare: 0.5,
      freeInodes: 18,
      freeInodesShare: 0.9,
    })
    rmSync(file())
  })
})

describe('disk', () => {
  test('counts like df what is set aside for the superuser as neither free nor to be had', async () => {
    const { data } = await createHealth({ checks: { disk: disk(tmpdir(), { freeBytes: {} }) } })
      .check('disk')
      .run()
    const { stdout } = spawnSync('df', ['--output=avail,pcent', '-B1', tmpdir()], { encoding: 'utf8' })
    const [avail, percent] = (stdout.split('\n')[1] ?? '').trim().split(/\s+/)
    const { freeBytes, freeShare } = data as { freeBytes: number; freeShare: number }
    // Others use the disk meanwhile.
    expect(Math.abs(freeBytes - Number(avail))).toBeLessThan(1e9)
    expect(Math.abs((1 - freeShare) * 100 - Number.parseInt(percent ?? '', 10))).toBeLessThan(2)
  })

  test('with freeBytes the share alone is no reason any longer', async () => {
    const { bavail, bsize } = statfsSync(tmpdir())
    const free = bavail * bsize
    const health = createHealth({
      checks: {
        enough: disk(tmpdir(), { freeBytes: { degradedAt: 1 }, freeShare: {} }),
        little: disk(tmpdir(), { freeBytes: { degradedAt: free * 3, downAt: free * 2 } }),
        share: disk(tmpdir(), { freeShare: { degradedAt: 1 } }),
      },
    })
    const { checks } = await health.readiness()
    expect([checks.enough.status, checks.little.status, checks.little.error, checks.share.status]).toEqual([
      'UP',
      'DOWN',
      'little space left',
      'DEGRADED',
    ])
  })

  test('a directory that is not there is DOWN without its name', async () => {
    const health = createHealth({ checks: { disk: disk('/not/there/4711') } })
    const report = await health.check('disk').run()
    expect([report.status, report.error]).toEqual(['DOWN', 'not found'])
    expect(JSON.stringify(report)).not.toContain('4711')
  })

  test('may belong to liveness when asked to', () => {
    expectTypeOf(disk('/', { probes: ['liveness'] })).toEqualTypeOf<CheckDefinition<'liveness'>>()
  })

  test('names all that is wrong with its options', () => {
    const options = { freeShare: { degradedAt: 0.1, downAt: 0.2 }, freeBytes: { downAt: '5' } } as unknown
    expect(() => createHealth({ checks: { disk: disk('', options as DiskCheckOptions) } })).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.disk.directory: expected a path, got an empty string',
          'checks.disk.freeShare.downAt: expected at most degradedAt (0.1), got 0.2',
          expect.stringContaining('checks.disk.freeBytes.downAt: expected a number of bytes of at least 0'),
        ],
      }),
    )
  })
})
