import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { type FileDescriptorsCheckOptions, fileDescriptors } from './file-descriptors.ts'

// The tests' process is a fork of its own: its limit may be changed without harm to others.
const own = /^Max open files\s+(\d+)\s+(\d+)/m.exec(
  process.platform === 'linux' ? readFileSync('/proc/self/limits', 'utf8') : '',
)

function limitTo(soft: number): void {
  const { status, stderr } = spawnSync('prlimit', [`--pid=${process.pid}`, `--nofile=${soft}:${own?.[2]}`], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`prlimit: ${stderr}`)
}

const opened: number[] = []
const open = (count: number) => {
  for (let index = 0; index < count; index++) opened.push(openSync('/dev/null', 'r'))
}
function closeAll(): void {
  for (const descriptor of opened.splice(0)) closeSync(descriptor)
}
const openNow = () => readdirSync('/proc/self/fd').length - 1

describe.skipIf(own === null)('keeps the contract of checks', () => {
  const heal = () => {
    closeAll()
    limitTo(Number(own?.[1]))
  }
  const cases = checkContract({
    create: () => fileDescriptors(),
    works: nothingToConnect,
    secrets: ['/proc/', process.cwd()],
    heal,
    faults: {
      'nearly all open': {
        inject: () => {
          limitTo(1000)
          open(970 - openNow())
        },
        expect: { text: 'few file descriptors left' },
      },
      'all open': {
        inject: () => {
          limitTo(openNow() + 50)
          expect(() => open(1000)).toThrow('EMFILE')
        },
        expect: { text: 'too many open files' },
      },
      'many open': {
        inject: () => {
          limitTo(1000)
          open(850 - openNow())
        },
        expect: { status: 'DEGRADED', text: 'few file descriptors left' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

describe.skipIf(own === null)('fileDescriptors', () => {
  test('counts what is open, against the soft limit of the moment', async () => {
    const health = createHealth({ checks: { files: fileDescriptors() } })
    open(25)
    const before = openNow()
    const { status, message, data } = await health.check('files').run()
    expect([status, message]).toEqual(['UP', 'file descriptors left'])
    const seen = data as { open: number; limit: number; share: number }
    expect(seen.limit).toBe(Number(own?.[1]))
    expect(Math.abs(seen.open - before)).toBeLessThan(5)
    limitTo(500)
    expect((await health.check('files').run()).data).toMatchObject({ limit: 500 })
    limitTo(Number(own?.[1]))
    closeAll()
    const after = (await health.check('files').run()).data as { open: number }
    expect(seen.open - after.open).toBeGreaterThanOrEqual(20)
  })

  test('tells that none is left with the count, although it has to read a file for it', async () => {
    const health = createHealth({ checks: { files: fileDescriptors() } })
    await health.check('files').run()
    limitTo(openNow() + 30)
    try {
      expect(() => open(1000)).toThrow('EMFILE')
      const { status, error, data } = await health.check('files').run()
      expect([status, error, data]).toEqual(['DOWN', 'too many open files', { open: expect.any(Number) }])
    } finally {
      closeAll()
      limitTo(Number(own?.[1]))
    }
  })
})

test('may belong to liveness when asked to', () => {
  expectTypeOf(fileDescriptors({ probes: ['liveness'] })).toEqualTypeOf<CheckDefinition<'liveness'>>()
  expect(fileDescriptors().kind).toBe('self')
})

test('names all that is wrong with its options', () => {
  const options = {
    share: { degradedAt: 0.9, downAt: 0.5 },
    limit: 3,
  } as unknown as FileDescriptorsCheckOptions
  expect(() => createHealth({ checks: { files: fileDescriptors(options) } })).toThrowError(
    expect.objectContaining({
      problems: [
        'checks.files.share.downAt: expected at least degradedAt (0.9), got 0.5',
        expect.stringContaining('checks.files.limit: unknown option'),
      ],
    }),
  )
})
