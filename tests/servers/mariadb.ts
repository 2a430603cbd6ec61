import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type Program, startProgram } from './program.ts'
import { provide, type Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'

export const mariadbProgram: Wanted = {
  name: 'mariadb',
  program: 'mariadbd',
  debianPackage: 'mariadb-server',
}

export interface MariadbOptions {
  /** At least 10, which the server insists on. @default 40 */
  readonly maxConnections?: number
}

export interface MariadbServer extends AsyncDisposable {
  readonly url: string
  readonly host: string
  readonly port: number
  /** May use the database `shop`, and nothing else. */
  readonly user: string
  readonly password: string
  readonly database: string
  /** Where the administrator (`root`, no password) gets in. */
  readonly socketPath: string
  readonly directory: string
  readonly pid: number
  /** Freezes it (SIGSTOP): connections stay open, nothing answers. */
  stop(): void
  cont(): void
  /** SIGKILL: connections are reset, the port refuses. */
  kill(): Promise<void>
  /** Starts it again on the same port with the same data, whatever its state was. */
  restart(): Promise<void>
  /** Ends it in good order and removes its directory. */
  close(): Promise<void>
}

/** Planted: a test that finds it in an answer has found a leak. */
const PLANTED_PASSWORD = 'planted-Secret-4711'
const USER = 'hale'
// Beside the server's directory, so looked for on PATH.
const INSTALLER = 'mariadb-install-db'
const DATABASE = 'shop'

// Small files and no syncs: it is made in 2 s rather than 4, and takes 22 MB rather than 114.
const small = [
  '--innodb-log-file-size=4M',
  '--innodb-buffer-pool-size=8M',
  '--innodb-doublewrite=0',
  '--aria-log-file-size=8M',
  '--debug-no-sync',
]

/** A MariaDB of the test's own on a free port of 127.0.0.1. */
export async function startMariadb(options: MariadbOptions = {}): Promise<MariadbServer> {
  const provision = provide(mariadbProgram)
  if (provision.how !== 'program') throw new Error('MariaDB is not here: apt install mariadb-server')

  const user = unprivilegedUser()
  const directory = createServerDirectory('mariadb', user)
  const data = join(directory.path, 'data')
  const socketPath = join(directory.path, 'mariadb.sock')
  let program: Program | undefined
  try {
    const port = await freePort()
    initialise(data, user)
    const initFile = join(directory.path, 'init.sql')
    writeFileSync(initFile, initialStatements())
    if (user) chownSync(initFile, user.uid, user.gid)
    const start = () =>
      startProgram({
        path: provision.path,
        args: [
          '--no-defaults',
          ...small,
          `--datadir=${data}`,
          '--bind-address=127.0.0.1',
          `--port=${port}`,
          `--socket=${socketPath}`,
          `--pid-file=${join(directory.path, 'mariadb.pid')}`,
          `--tmpdir=${directory.path}`,
          `--init-file=${initFile}`,
          `--max-connections=${options.maxConnections ?? 40}`,
          '--skip-name-resolve',
          '--performance-schema=OFF',
        ],
        cwd: directory.path,
        user,
        ready: (output) => output.includes('ready for connections'),
      })
    program = await start()
    const running = () => program as Program
    const close = async () => {
      await program?.end()
      directory.remove()
    }
    return {
      url: `mysql://${USER}:${PLANTED_PASSWORD}@127.0.0.1:${port}/${DATABASE}`,
      host: '127.0.0.1',
      port,
      user: USER,
      password: PLANTED_PASSWORD,
      database: DATABASE,
      socketPath,
      directory: directory.path,
      get pid() {
        return running().pid
      },
      stop: () => {
        running().stop()
        waitUntilStopped(running().pid)
      },
      cont: () => running().cont(),
      kill: () => running().kill(),
      async restart() {
        await running().end()
        program = await start()
      },
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await program?.kill()
    directory.remove()
    throw error
  }
}

// Read at each start, so it says "if not exists". The user may do nothing beyond its database: one with more rights
// would still get in where an application is turned away.
function initialStatements(): string {
  return [
    `CREATE DATABASE IF NOT EXISTS ${DATABASE};`,
    `CREATE TABLE IF NOT EXISTS ${DATABASE}.probed (id INT);`,
    `CREATE USER IF NOT EXISTS '${USER}'@'127.0.0.1' IDENTIFIED BY '${PLANTED_PASSWORD}';`,
    `GRANT ALL ON ${DATABASE}.* TO '${USER}'@'127.0.0.1';`,
    '',
  ].join('\n')
}

// The signal reaches its many threads one after the other: the last one may answer a query yet.
function waitUntilStopped(pid: number): void {
  const tasks = `/proc/${pid}/task`
  if (!existsSync(tasks)) return
  const stopped = (thread: string) => {
    try {
      return /\) [TtXZ] /.test(readFileSync(join(tasks, thread, 'stat'), 'utf8'))
    } catch {
      return true
    }
  }
  const deadline = Date.now() + 2_000
  while (!readdirSync(tasks).every(stopped) && Date.now() < deadline);
}

/** MariaDB refuses to run as root: then it runs as its own user, or as nobody. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const entries = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const entry = entries.find(([name]) => name === 'mysql') ?? entries.find(([name]) => name === 'nobody')
  if (!entry)
    throw new Error('running as root, and there is neither a user mysql nor nobody to start MariaDB as')
  return { uid: Number(entry[2]), gid: Number(entry[3]) }
}

function initialise(data: string, user: { uid: number; gid: number } | undefined): void {
  const { status, stdout, stderr, error } = spawnSync(
    INSTALLER,
    [
      '--no-defaults',
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      ...small,
    ],
    { encoding: 'utf8', ...user },
  )
  if (status !== 0) throw new Error(`${INSTALLER}: ${error?.message ?? stdout + stderr}`)
}
