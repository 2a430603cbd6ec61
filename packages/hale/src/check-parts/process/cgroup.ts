import { readFile } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'

/** What the process's control group may use and does use, in bytes. */
export interface CgroupMemory {
  readonly limitBytes: number
  /** What of it cannot be given back at once: use less the file cache that nobody has touched for long. */
  readonly usedBytes?: number
}

/** The files of one version; `high` is where the kernel slows a group down before it ends it. */
const versions = {
  v1: {
    limits: ['memory.limit_in_bytes'],
    used: 'memory.usage_in_bytes',
    reclaimable: 'total_inactive_file',
  },
  v2: { limits: ['memory.max', 'memory.high'], used: 'memory.current', reclaimable: 'inactive_file' },
} as const

interface Place {
  readonly version: keyof typeof versions
  /** The process's group first, then those around it: each of them may have the lowest limit. */
  readonly directories: readonly string[]
}

/**
 * Finds the memory controller's directories of this process, of version 1 or 2, seen from inside of a container or
 * not; undefined where there is none. `proc` is where the process's own files are.
 *
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html
 */
export async function findCgroup(proc = '/proc/self'): Promise<Place | undefined> {
  const [groups, mounts] = await Promise.all([
    textOf(join(proc, 'cgroup')).then(groupsOf),
    textOf(join(proc, 'mountinfo')).then(mountsOf),
  ])
  for (const version of ['v1', 'v2'] as const) {
    const group = groups[version]
    const mount = mounts[version]
    if (group === undefined || mount === undefined) continue
    const directories = directoriesOf(group, mount)
    // A hybrid machine mounts both, and version 2 there without the memory controller.
    const [limit = ''] = versions[version].limits
    for (const directory of directories) {
      if ((await textOf(join(directory, limit))) !== '') return { version, directories }
    }
  }
  return undefined
}

/** The lowest limit around the process, and what is used of it; undefined when nothing is limited. */
export async function readCgroup({ version, directories }: Place): Promise<CgroupMemory | undefined> {
  const { limits, used, reclaimable } = versions[version]
  let limitBytes = Infinity
  let limited = ''
  for (const directory of directories) {
    const found = await Promise.all(limits.map((name) => textOf(join(directory, name)).then(numberOf)))
    const lowest = Math.min(...found)
    if (lowest < limitBytes) {
      limitBytes = lowest
      limited = directory
    }
  }
  if (limited === '') return undefined
  const [usage, stat] = await Promise.all([textOf(join(limited, used)), textOf(join(limited, 'memory.stat'))])
  const usedBytes = numberOf(usage)
  if (usedBytes === Infinity) return { limitBytes }
  const idle = numberOf(new RegExp(`^${reclaimable} (\\d+)$`, 'm').exec(stat)?.[1] ?? '0')
  return { limitBytes, usedBytes: Math.max(0, usedBytes - idle) }
}

interface Mount {
  /** Which part of the hierarchy is mounted. */
  readonly root: string
  readonly at: string
}

/** Lines such as `4:memory:/path`, of version 2 `0::/path`. */
function groupsOf(text: string): { readonly v1?: string; readonly v2?: string } {
  const v1 = /^\d+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(.*)$/m.exec(text)?.[1]
  const v2 = /^0::(.*)$/m.exec(text)?.[1]
  return { ...(v1 !== undefined && { v1 }), ...(v2 !== undefined && { v2 }) }
}

/** Lines such as `35 31 0:32 /root /mount/point rw,relatime - cgroup cgroup rw,memory`. */
function mountsOf(text: string): { v1?: Mount; v2?: Mount } {
  const mounts: { v1?: Mount; v2?: Mount } = {}
  for (const line of text.split('\n')) {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , root = '', at = ''] = before.split(' ')
    const [type, , options = ''] = after.split(' ')
    if (type === 'cgroup2') mounts.v2 ??= { root, at }
    else if (type === 'cgroup' && options.split(',').includes('memory')) mounts.v1 ??= { root, at }
  }
  return mounts
}

function directoriesOf(group: string, { root, at }: Mount): readonly string[] {
  const inside = relative(root, group)
  // In a container the path may be the host's, of which nothing but the container's own group is mounted.
  const parts = inside.startsWith('..') || isAbsolute(inside) ? [] : inside.split('/').filter(Boolean)
  return Array.from({ length: parts.length + 1 }, (_, index) =>
    join(at, ...parts.slice(0, parts.length - index)),
  )
}

// `max` is no number. Version 1 says "none" with a number close to 2^63, which is far beyond any memory.
function numberOf(text: string): number {
  const value = /^\d+\s*$/.test(text) ? Number(text) : Infinity
  return value > Number.MAX_SAFE_INTEGER ? Infinity : value
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
