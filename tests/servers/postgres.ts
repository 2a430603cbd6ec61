import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createAuthority } from './certificates.ts'
import { freePort } from './free-port.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import { provide, type Wanted } from './provide.ts'
import type { SystemUser } from './unprivileged-user.ts'

const DEBIAN_VERSIONS = '/usr/lib/postgresql'

export const postgresProgram: Wanted = {
  name: 'postgres',
  program: 'postgres',
  debianPackage: 'postgresql',
  user: 'postgres',
  urlVariable: 'TEST_POSTGRES_URL',
  // Debian keeps the server off PATH, one directory a version; the newest comes first.
  directories: () =>
    existsSync(DEBIAN_VERSIONS)
      ? readdirSync(DEBIAN_VERSIONS)
          .sort((a, b) => Number(b) - Number(a))
          .map((version) => join(DEBIAN_VERSIONS, version, 'bin'))
      : [],
}

export interface PostgresOptions {
  /** @default 20 */
  readonly maxConnections?: number
  /** Serve TLS with a certificate for `localhost`; its authority is `ca` of the server. @default false */
  readonly ssl?: boolean
}

/** What a PostgreSQL that others run cannot be told to do, its pid included, throws. */
export interface PostgresServer extends Omit<OwnServer, 'directory'> {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly ca: string | undefined
  /** Where its unix socket and its data are; undefined for a server that others run. */
  readonly directory: string | undefined
}

/** Planted: a test that finds it in an answer has found a leak. */
const PLANTED_PASSWORD = 'planted-Secret-4711'
const USER = 'hale'

/** A PostgreSQL of the test's own on a free port of 127.0.0.1, or the one that TEST_POSTGRES_URL names. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const provision = provide(postgresProgram)
  if (provision.how === 'missing') throw new Error(provision.reason)
  if (provision.how === 'url') return foreignServer(provision.url)

  const port = await freePort()
  let ca: string | undefined
  const server = await startOwnServer(postgresProgram, ({ directory, program, user }) => {
    initialise(join(dirname(program), 'initdb'), directory, user)
    ca = options.ssl ? writeCertificate(directory, user) : undefined
    return {
      args: serverArguments(directory, port, options),
      ready: (output) => output.includes('ready to accept connections'),
      endSignal: 'SIGINT',
      endedBy: 'end',
      remove: () => removeSharedMemory(directory),
    }
  })
  return {
    ...server,
    url: `postgres://${USER}:${PLANTED_PASSWORD}@127.0.0.1:${port}/postgres`,
    host: '127.0.0.1',
    port,
    user: USER,
    password: PLANTED_PASSWORD,
    database: 'postgres',
    ca,
  }
}

function initialise(initdb: string, directory: string, user: SystemUser | undefined): void {
  const passwordFile = join(directory, 'password')
  writeFileSync(passwordFile, PLANTED_PASSWORD)
  const data = join(directory, 'data')
  mkdirSync(data, { mode: 0o700 })
  for (const path of user ? [passwordFile, data] : []) chownSync(path, user?.uid ?? 0, user?.gid ?? 0)
  const { status, stderr, error } = spawnSync(
    initdb,
    [
      '--no-sync',
      '--no-instructions',
      '--locale=C',
      '--encoding=UTF8',
      '--auth=scram-sha-256',
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      `--pgdata=${data}`,
    ],
    { encoding: 'utf8', cwd: directory, ...user },
  )
  if (status !== 0) throw new Error(`initdb: ${error?.message ?? stderr}`)
}

function serverArguments(directory: string, port: number, options: PostgresOptions): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: directory,
    max_connections: options.maxConnections ?? 20,
    // The tests' user is a superuser: without this it would still get in where an application is turned away.
    superuser_reserved_connections: 0,
    max_wal_senders: 0,
    wal_level: 'minimal',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    autovacuum: 'off',
    shared_buffers: '8MB',
    // In the data directory, where removing the directory removes it, rather than in /dev/shm.
    dynamic_shared_memory_type: 'mmap',
    log_min_messages: 'warning',
    ssl: options.ssl ? 'on' : 'off',
    ...(options.ssl && {
      ssl_cert_file: join(directory, 'server.crt'),
      ssl_key_file: join(directory, 'server.key'),
    }),
  }
  return [
    '-D',
    join(directory, 'data'),
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ]
}

function writeCertificate(directory: string, user: SystemUser | undefined): string {
  const { key, cert, ca } = createAuthority().issue({ hosts: ['localhost', '127.0.0.1'] })
  for (const [name, content] of [
    ['server.key', key],
    ['server.crt', cert],
  ] as const) {
    writeFileSync(join(directory, name), content, { mode: 0o600 })
    if (user) chownSync(join(directory, name), user.uid, user.gid)
  }
  return ca
}

/** A killed PostgreSQL leaves a System V segment that only its next start would remove; its id is in the pid file. */
function removeSharedMemory(directory: string): void {
  const pidFile = join(directory, 'data', 'postmaster.pid')
  if (!existsSync(pidFile)) return
  const id = readFileSync(pidFile, 'utf8').split('\n')[6]?.trim().split(/\s+/)[1]
  if (id) spawnSync('ipcrm', ['-m', id])
}

function foreignServer(url: string): PostgresServer {
  const { hostname, port, username, password, pathname } = new URL(url)
  const notOurs = (): never => {
    throw new Error('this PostgreSQL is not ours to stop: guard the test with whenOwned(postgresProgram, …)')
  }
  return {
    url,
    host: hostname,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1) || 'postgres',
    ca: undefined,
    directory: undefined,
    pid: notOurs,
    output: notOurs,
    stop: notOurs,
    cont: notOurs,
    kill: notOurs,
    restart: notOurs,
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}
