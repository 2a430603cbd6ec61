import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { findCgroup, readCgroup } from '../check-parts/process/cgroup.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type MemoryCheckOptions, memory } from './memory.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const mebibyte = 1_048_576

let hold: unknown[] = []
const heapShareNow = async () =>
  (
    (
      await createHealth({ checks: { memory: memory() } })
        .check('memory')
        .run()
    ).data as { heapShare: number }
  ).heapShare

describe('keeps the contract of checks', () => {
  const total = totalmem()
  const rss = process.memoryUsage.rss() / total
  const step = (300 * mebibyte) / total
  const cases = checkContract({
    create: () => memory({ rss: { degradedAt: rss + step, downAt: rss + 2 * step } }),
    secrets: [process.cwd()],
    heal: () => {
      hold = []
      collect()
    },
    faults: {
      'much memory in use': {
        inject: () => void hold.push(Buffer.alloc(400 * mebibyte, 1)),
        expect: { status: 'DEGRADED', text: 'little memory left' },
      },
      'too much memory in use': {
        inject: () => void hold.push(Buffer.alloc(700 * mebibyte, 1)),
        expect: { text: 'little memory left' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

describe('memory', () => {
  test('shows the heap and the process against their limits', async () => {
    const health = createHealth({ checks: { memory: memory() } })
    const { status, message, data } = await health.check('memory').run()
    expect([status, message]).toEqual(['UP', 'memory left'])
    expect(data).toMatchObject({
      heapUsedBytes: expect.any(Number),
      heapLimitBytes: expect.any(Number),
      rssBytes: expect.any(Number),
      limitBytes: expect.any(Number),
    })
    const { heapUsedBytes, heapLimitBytes, heapShare, rssBytes, rssShare, limitBytes } = data as Figures
    expect(heapShare).toBeCloseTo(heapUsedBytes / heapLimitBytes, 3)
    expect(rssShare).toBeCloseTo(rssBytes / limitBytes, 3)
    // Looked at again where memory was given back between the two looks, as it is for a while after the tests above.
    const truth = async () => {
      const seen = (await health.check('memory').run()).data as Figures
      const { used_heap_size: used, total_heap_size: total } = getHeapStatistics()
      return {
        // What is in use, and not what V8 has taken for it.
        heap: Math.abs(seen.heapUsedBytes - used) < (total - used) / 2,
        rss: Math.abs(seen.rssBytes - process.memoryUsage.rss()) < 50 * mebibyte,
      }
    }
    await expect.poll(truth).toEqual({ heap: true, rss: true })
  })

  test('a heap that fills is DEGRADED, and DOWN when asked to be', async () => {
    const before = await heapShareNow()
    const heap = { degradedAt: before + 0.01, downAt: before + 0.03 }
    const health = createHealth({ checks: { memory: memory({ heap }) } })
    expect((await health.check('memory').run()).status).toBe('UP')
    const seen: string[] = []
    for (let round = 0; round < 200 && seen.at(-1) !== 'DOWN little heap left'; round++) {
      hold.push(Array.from({ length: 200_000 }, (_, index) => ({ index })))
      const { status, message, error } = await health.check('memory').run()
      seen.push(`${status} ${message ?? error}`)
    }
    hold = []
    expect([...new Set(seen)]).toEqual([
      'UP memory left',
      'DEGRADED little heap left',
      'DOWN little heap left',
    ])
  })

  test.for([
    [0.89, 'UP'],
    [0.91, 'DEGRADED'],
    [0.999, 'DEGRADED'],
  ] as const)('with nothing said a share of %d is %s', async ([share, status]) => {
    const health = createHealth({ checks: { memory: memory() } })
    const { limitBytes = 0 } = (await health.check('memory').run()).data as Record<string, number>
    const rss = vi.spyOn(process.memoryUsage, 'rss').mockReturnValue(share * limitBytes)
    try {
      expect((await health.check('memory').run()).status).toBe(status)
    } finally {
      rss.mockRestore()
    }
  })

  test('may belong to liveness when asked to', () => {
    expectTypeOf(memory({ probes: ['liveness'] })).toEqualTypeOf<CheckDefinition<'liveness'>>()
    expect(memory().kind).toBe('self')
  })

  test('names all that is wrong with its options', () => {
    const options = { heap: { downAt: 90 }, rss: 0.5, container: { degradedAt: 0.9, downAt: 0.8 } } as unknown
    expect(() => createHealth({ checks: { memory: memory(options as MemoryCheckOptions) } })).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.memory.heap.downAt: expected a share between 0 and 1, got 90',
          'checks.memory.rss: expected { degradedAt, downAt }, got 0.5',
          'checks.memory.container.downAt: expected at least degradedAt (0.9), got 0.8',
        ],
      }),
    )
  })
})

type Figures = Readonly<
  Record<'heapUsedBytes' | 'heapLimitBytes' | 'heapShare' | 'rssBytes' | 'rssShare' | 'limitBytes', number>
>

const group = `/sys/fs/cgroup/memory/hale-memory-test-${process.pid}`
const inner = join(group, 'inner')
const mayLimit = (() => {
  try {
    mkdirSync(group)
    rmdirSync(group)
    return existsSync('/sys/fs/cgroup/memory/cgroup.procs')
  } catch {
    return false
  }
})()

// Where this cannot be done, the files of the kernel's documentation below stand for it.
describe.skipIf(!mayLimit)('in a real control group of version 1', () => {
  const home = `/sys/fs/cgroup/memory${/^\d+:memory:(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1]}`
  afterEach(() => {
    hold = []
    collect()
    writeFileSync(join(home, 'cgroup.procs'), String(process.pid))
    if (existsSync(inner)) rmdirSync(inner)
    rmdirSync(group)
  })

  test('knows the limit of a group around its own, and what is used of that one', async () => {
    mkdirSync(group)
    mkdirSync(inner)
    writeFileSync(join(group, 'memory.limit_in_bytes'), String(1024 * mebibyte))
    writeFileSync(join(inner, 'memory.limit_in_bytes'), String(2048 * mebibyte))
    writeFileSync(join(inner, 'cgroup.procs'), String(process.pid))
    const health = createHealth({ checks: { memory: memory({ container: { degradedAt: 0.5 } }) } })
    hold.push(Buffer.alloc(600 * mebibyte, 1))
    const { status, message, data } = await health.check('memory').run()
    expect([status, message]).toEqual(['DEGRADED', 'little memory left in the container'])
    expect(data).toMatchObject({ limitBytes: 1024 * mebibyte })
    expect((data as { containerUsedBytes: number }).containerUsedBytes).toBeGreaterThan(590 * mebibyte)
  })

  test('knows its limit, how it is used, and changes of it', async () => {
    mkdirSync(group)
    writeFileSync(join(group, 'memory.limit_in_bytes'), String(1024 * mebibyte))
    writeFileSync(join(group, 'cgroup.procs'), String(process.pid))
    const health = createHealth({ checks: { memory: memory({ container: { degradedAt: 0.5 } }) } })
    const before = await health.check('memory').run()
    expect(before.data).toMatchObject({ limitBytes: 1024 * mebibyte, containerShare: expect.any(Number) })
    expect(before.status).toBe('UP')
    hold.push(Buffer.alloc(600 * mebibyte, 1))
    const after = await health.check('memory').run()
    expect([after.status, after.message]).toEqual(['DEGRADED', 'little memory left in the container'])
    expect((after.data as { containerUsedBytes: number }).containerUsedBytes).toBeGreaterThan(590 * mebibyte)
    writeFileSync(join(group, 'memory.limit_in_bytes'), String(2048 * mebibyte))
    const raised = await health.check('memory').run()
    expect(raised.data).toMatchObject({ limitBytes: 2048 * mebibyte })
    expect(raised.status).toBe('UP')
    const { rssBytes = 0, rssShare } = raised.data as Record<string, number>
    expect(rssShare).toBeCloseTo(rssBytes / (2048 * mebibyte), 3)
    // More than the machine has limits nothing.
    writeFileSync(join(group, 'memory.limit_in_bytes'), String(2 * totalmem()))
    const { data } = await health.check('memory').run()
    expect(data).toMatchObject({ limitBytes: totalmem() })
    expect(data).not.toHaveProperty('containerShare')
  })
})

describe('control groups as the kernel shows them', () => {
  const root = join(tmpdir(), `hale-cgroup-${process.pid}`)
  const write = (files: Record<string, string>) => {
    rmSync(root, { recursive: true, force: true })
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text.replaceAll('ROOT', root))
    }
  }
  afterEach(() => rmSync(root, { recursive: true, force: true }))
  const seen = async () => {
    const place = await findCgroup(root)
    return place === undefined ? 'no group' : await readCgroup(place)
  }
  const v2mount = '30 23 0:26 / ROOT/fs rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n'

  test('version 2 in a container with a namespace', async () => {
    write({
      cgroup: '0::/\n',
      mountinfo: v2mount,
      'fs/memory.max': '536870912\n',
      'fs/memory.high': 'max\n',
      'fs/memory.current': '400000000\n',
      'fs/memory.stat': 'anon 1\ninactive_anon 5\ninactive_file 100000000\nactive_file 7\n',
    })
    expect(await seen()).toEqual({ limitBytes: 536_870_912, usedBytes: 300_000_000 })
  })

  test('the lowest limit around it counts, with what is used of that one', async () => {
    write({
      cgroup: '0::/orders.slice/orders.service\n',
      mountinfo: v2mount,
      'fs/orders.slice/orders.service/memory.max': 'max\n',
      'fs/orders.slice/orders.service/memory.high': '900\n',
      'fs/orders.slice/orders.service/memory.current': '5\n',
      'fs/orders.slice/memory.max': '800\n',
      'fs/orders.slice/memory.current': '700\n',
      'fs/orders.slice/memory.stat': 'inactive_file 50\n',
    })
    expect(await seen()).toEqual({ limitBytes: 800, usedBytes: 650 })
  })

  test('version 1 in a container without a namespace: the path is that of the host', async () => {
    write({
      cgroup: '5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n0::/\n',
      mountinfo:
        '34 31 0:31 /docker/abc ROOT/cpu rw - cgroup cgroup rw,cpu,cpuacct\n' +
        '35 31 0:32 /docker/abc ROOT/memory rw - cgroup cgroup rw,memory\n',
      'memory/memory.limit_in_bytes': '1000\n',
      'memory/memory.usage_in_bytes': '600\n',
      'memory/memory.stat': 'inactive_file 1\ntotal_inactive_file 100\n',
    })
    expect(await seen()).toEqual({ limitBytes: 1000, usedBytes: 500 })
  })

  test.for([
    [
      'version 1',
      {
        cgroup: '4:memory:/\n',
        mountinfo: '3 2 0:1 / ROOT/m rw - cgroup cgroup rw,memory\n',
        'm/memory.limit_in_bytes': '9223372036854771712\n',
      },
    ],
    ['version 2', { cgroup: '0::/x\n', mountinfo: v2mount, 'fs/x/memory.max': 'max\n' }],
  ] as const)('%s without a limit is none', async ([, files]) => {
    write(files)
    expect(await seen()).toBeUndefined()
  })

  test.for([
    ['no files at all', {}],
    ['files of something else', { cgroup: '\n::\n', mountinfo: 'x - y\n - \n' }],
    [
      'a hierarchy without the memory controller',
      { cgroup: '0::/\n', mountinfo: v2mount, 'fs/cgroup.procs': '' },
    ],
  ] as const)('%s: no group', async ([, files]) => {
    write(files)
    expect(await seen()).toBe('no group')
  })
})
