import { execFile, spawnSync } from 'node:child_process'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type OwnServer, startOwnServer } from './own-server.ts'
import { provide, type Wanted } from './provide.ts'

export const systemctlProgram: Wanted = { name: 'systemctl', program: 'systemctl', debianPackage: 'systemd' }
const MANAGER = '/lib/systemd/systemd'
const unshareProgram: Wanted = { name: 'unshare', program: 'unshare', debianPackage: 'util-linux' }
const nsenterProgram: Wanted = { name: 'nsenter', program: 'nsenter', debianPackage: 'util-linux' }
const NAMESPACES = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc']

export interface SystemdManager extends OwnServer {
  /** What `systemctl --user` says; rejects when it fails. */
  systemctl(...words: readonly string[]): Promise<string>
  /** Properties of a unit, such as `ActiveState`. */
  show<const Name extends string>(unit: string, ...names: readonly Name[]): Promise<Record<Name, string>>
}

/** Why none can be started here; undefined where one can. */
export function noManagerBecause(): string | undefined {
  if (!existsSync(MANAGER)) return `needs ${MANAGER}: apt install systemd`
  const { status } = spawnSync(pathOf(unshareProgram), [...NAMESPACES, 'true'])
  if (status !== 0) return 'not permitted: making namespaces'
  try {
    accessSync(cgroup(), constants.W_OK)
    return undefined
  } catch {
    return 'not permitted: making a control group'
  }
}

/** Where a manager is to find its units, and where there is room for what they start. */
export interface UnitFolders {
  readonly units: string
  readonly directory: string
}

/**
 * A systemd of the test's own, as users have one each, in namespaces in which it takes the machine for one that systemd
 * has booted. All that it starts ends with it.
 *
 * @param write its units and what they want: it reads them once.
 */
export async function startSystemdManager(write: (at: UnitFolders) => void): Promise<SystemdManager> {
  let env: NodeJS.ProcessEnv = {}
  const server = await startOwnServer(systemctlProgram, ({ directory }) => {
    const runtime = join(directory, 'runtime')
    const home = join(directory, 'home')
    const units = join(home, '.config', 'systemd', 'user')
    mkdirSync(runtime, { mode: 0o700 })
    mkdirSync(units, { recursive: true })
    for (const target of ['default', 'basic', 'timers', 'shutdown'])
      writeFileSync(join(units, `${target}.target`), `[Unit]\nDescription=${target}\n`)
    write({ units, directory })
    const remove = cgroupsLeft()
    env = { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: runtime, SYSTEMD_UNIT_PATH: units }
    const script = `mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && ${MANAGER} --user & wait $!`
    return {
      path: pathOf(unshareProgram),
      args: [...NAMESPACES, 'sh', '-c', script],
      env,
      // It would not hear anything else.
      endSignal: 'SIGKILL',
      remove,
      ready: () => existsSync(join(runtime, 'systemd', 'private')),
    }
  })
  const systemctl = (...words: readonly string[]) =>
    new Promise<string>((resolve, reject) => {
      // From within: it does as it is told by nobody whose process it cannot see.
      const inside = [
        '--target',
        within(server.pid()),
        '--mount',
        '--pid',
        'systemctl',
        '--user',
        '--no-pager',
      ]
      execFile(pathOf(nsenterProgram), [...inside, ...words], { env }, (error, stdout, stderr) =>
        error ? reject(new Error(`systemctl ${words.join(' ')}: ${stderr}`)) : resolve(stdout),
      )
    })
  return {
    ...server,
    systemctl,
    async show(unit, ...names) {
      const lines = (await systemctl('show', unit, `--property=${names.join(',')}`)).trim().split('\n')
      return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s))) as Record<string, string>
    },
  }
}

/** Of what every Debian has; found nowhere, its name says so. */
function pathOf(wanted: Wanted): string {
  const provision = provide(wanted)
  return provision.how === 'program' ? provision.path : wanted.program
}

/** The first process of the namespaces, of which `unshare` waits for the end. */
function within(pid: number): string {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
}

/** That of this process, in which a manager makes its own. */
function cgroup(): string {
  const own = readFileSync('/proc/self/cgroup', 'utf8')
  const [, path = ''] = /^\d+:name=systemd:(.*)$/m.exec(own) ?? /^0::(.*)$/m.exec(own) ?? []
  return join(own.includes('name=systemd') ? '/sys/fs/cgroup/systemd' : '/sys/fs/cgroup', path)
}

/** Control groups outlive the processes in them: those that were not there before are removed, if they are empty. */
function cgroupsLeft(): () => void {
  const made = ['app.slice', 'init.scope']
    .map((name) => join(cgroup(), name))
    .filter((group) => !existsSync(group))
  return () => {
    for (const group of made.filter(existsSync)) {
      const within = readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory())
      for (const one of [...within.map(({ name }) => join(group, name)), group]) {
        try {
          rmdirSync(one)
        } catch {
          // In use after all, and so somebody else's.
        }
      }
    }
  }
}
