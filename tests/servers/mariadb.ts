import { spawnSync } from 'node:child_process'
import { chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'
import type { SystemUser } from './unprivileged-user.ts'

export const mariadbProgram: Wanted = {
  name: 'mariadb',
  program: 'mariadbd',
  debianPackage: 'mariadb-server',
  user: 'mysql',
}

export interface MariadbOptions {
  /** At least 10, which the server insists on. @default 40 */
  readonly maxConnections?: number
}

export interface MariadbServer extends OwnServer {
  readonly url: string
  readonly host: string
  readonly port: number
  /** May use the database `shop`, and nothing else. */
  readonly user: string
  readonly password: string
  readonly database: string
  /** Where the administrator (`root`, no password) gets in. */
  readonly socketPath: string
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
  const port = await freePort()
  const server = await startOwnServer(mariadbProgram, ({ directory, user }) => {
    const data = join(directory, 'data')
    initialise(directory, data, user)
    const initFile = join(directory, 'init.sql')
    writeFileSync(initFile, initialStatements())
    if (user) chownSync(initFile, user.uid, user.gid)
    return {
      args: [
        '--no-defaults',
        ...small,
        `--datadir=${data}`,
        '--bind-address=127.0.0.1',
        `--port=${port}`,
        `--socket=${socketIn(directory)}`,
        `--pid-file=${join(directory, 'mariadb.pid')}`,
        `--tmpdir=${directory}`,
        `--init-file=${initFile}`,
        `--max-connections=${options.maxConnections ?? 40}`,
        '--skip-name-resolve',
        '--performance-schema=OFF',
      ],
      ready: (output) => output.includes('ready for connections'),
      endedBy: 'end',
    }
  })
  return {
    ...server,
    url: `mysql://${USER}:${PLANTED_PASSWORD}@127.0.0.1:${port}/${DATABASE}`,
    host: '127.0.0.1',
    port,
    user: USER,
    password: PLANTED_PASSWORD,
    database: DATABASE,
    socketPath: socketIn(server.directory),
  }
}

function socketIn(directory: string): string {
  return join(directory, 'mariadb.sock')
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

function initialise(directory: string, data: string, user: SystemUser | undefined): void {
  const { status, stdout, stderr, error } = spawnSync(
    INSTALLER,
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--tmpdir=${directory}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      ...small,
    ],
    { encoding: 'utf8', ...user },
  )
  if (status !== 0) throw new Error(`${INSTALLER}: ${error?.message ?? stdout + stderr}`)
}
