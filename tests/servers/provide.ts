import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** A server that tests want to run for real. */
export interface Wanted {
  readonly name: string
  /** The program that serves. */
  readonly program: string
  readonly debianPackage: string
  /** Where to look for the program beside PATH and the sbin directories. */
  readonly directories?: () => readonly string[]
  /** Who runs it when the tests run as root, which it refuses to be run by; nobody where there is no such user. */
  readonly user?: string
  /** The environment variable that names a server that somebody else runs. */
  readonly urlVariable?: string
}

export type Provision =
  | { readonly how: 'program'; readonly path: string }
  | { readonly how: 'url'; readonly url: string }
  | { readonly how: 'missing'; readonly reason: string }

const SBIN = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/sbin']

function findProgram({ program, directories }: Wanted): string | undefined {
  const places = [...(directories?.() ?? []), ...(process.env.PATH ?? '').split(delimiter), ...SBIN]
  for (const place of places) {
    const path = join(place, program)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not here; the next place may have it.
    }
  }
  return undefined
}

function mayInstall(): boolean {
  return process.env.CI === 'true' && process.getuid?.() === 0 && existsSync('/etc/debian_version')
}

const APT_LOCK = join(tmpdir(), 'hale-apt.lock')

/** @returns what it said last when it failed */
function apt(...args: string[]): string | undefined {
  // One at a time: test files run side by side, and apt-get fails where another holds its lists.
  const { status, stderr, error } = spawnSync('flock', [APT_LOCK, 'apt-get', ...args], {
    encoding: 'utf8',
    // Run level 1 keeps the package from starting a server of its own on the machine.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return status === 0 ? undefined : (error?.message ?? stderr).trim().split('\n').slice(-3).join(' ')
}

function install(debianPackage: string): string | undefined {
  const attempt = () => apt('install', '-y', '--no-install-recommends', debianPackage)
  // The lists of a fresh machine are empty or old. Asked only then, they are updated once for all test files.
  return attempt() === undefined ? undefined : (apt('update') ?? attempt())
}

const provisions = new Map<string, Provision>()

/**
 * The one policy by which tests come by real servers: the program on this machine; else a server named by the
 * environment; else, on a Debian CI machine, installed; else missing, with the mend as the reason to skip.
 */
export function provide(wanted: Wanted): Provision {
  const known = provisions.get(wanted.name)
  if (known) return known
  const provision = decide(wanted)
  provisions.set(wanted.name, provision)
  return provision
}

function decide(wanted: Wanted): Provision {
  // A program that another test file is just installing can be found before its libraries can.
  if (mayInstall() && existsSync(APT_LOCK)) spawnSync('flock', [APT_LOCK, 'true'])
  const path = findProgram(wanted)
  if (path) return { how: 'program', path }
  const url = wanted.urlVariable && process.env[wanted.urlVariable]
  if (url) return { how: 'url', url }
  const failure = mayInstall() ? install(wanted.debianPackage) : undefined
  const installed = findProgram(wanted)
  if (installed) return { how: 'program', path: installed }
  const mend = `apt install ${wanted.debianPackage}${wanted.urlVariable ? `, or set ${wanted.urlVariable}` : ''}`
  return { how: 'missing', reason: `${wanted.name} is not here: ${mend}${failure ? ` (${failure})` : ''}` }
}
