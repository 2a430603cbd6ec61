import { spawnSync } from 'node:child_process'
import { chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type Program, startProgram } from './program.ts'
import { provide, type Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'
import { unprivilegedUser } from './unprivileged-user.ts'

export const rabbitmqProgram: Wanted = {
  name: 'rabbitmq',
  program: 'rabbitmq-server',
  debianPackage: 'rabbitmq-server',
  // Those of Debian's sbin change the user and the place of the logs; these are the programs themselves.
  directories: () => ['/usr/lib/rabbitmq/bin'],
}

export interface RabbitmqServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** Freezes it with all its children (SIGSTOP): connections stay open, nothing answers. */
  stop(): void
  cont(): void
  kill(): Promise<void>
  restart(): Promise<void>
  /** From now on it takes another password. */
  setPassword(password: string): void
  /** Has it evaluate an Erlang expression, such as `rabbit_channel:list()`; what came of it, as text. */
  evaluate(expression: string): string
  close(): Promise<void>
}

/** Erlang's port mapper, by which its nodes find each other. */
const MAPPER = 'epmd'

/** Comes with Erlang, and has a node evaluate something. */
const CALLER = '/usr/lib/erlang/bin/erl_call'
const COOKIE = 'HALETESTS'

/** Planted: a test that finds it in an answer has found a leak. */
const PLANTED_PASSWORD = 'planted-Secret-4711'
const USER = 'hale'

/** A RabbitMQ of the test's own on a free port of 127.0.0.1, with a port mapper (epmd) of its own. */
export async function startRabbitmq(): Promise<RabbitmqServer> {
  const provision = provide(rabbitmqProgram)
  if (provision.how !== 'program') throw new Error('rabbitmq is not here: apt install rabbitmq-server')
  // Files that it wrote as root would be in the way of the next.
  const user = unprivilegedUser('rabbitmq')
  const directory = createServerDirectory('rabbitmq', user)
  let program: Program | undefined
  let mapper: Program | undefined
  try {
    const [port, mapperPort, distributionPort] = [await freePort(), await freePort(), await freePort()]
    const env = environmentOf(directory.path, port, mapperPort, distributionPort)
    writeFileSync(join(directory.path, 'rabbitmq.conf'), configuration(port))
    writeFileSync(join(directory.path, 'enabled_plugins'), '[].')
    writeFileSync(join(directory.path, '.erlang.cookie'), COOKIE, { mode: 0o400 })
    if (user) chownSync(join(directory.path, '.erlang.cookie'), user.uid, user.gid)
    // Erlang would leave a detached one behind.
    mapper = await startProgram({
      path: MAPPER,
      args: ['-port', String(mapperPort), '-address', '127.0.0.1'],
      cwd: directory.path,
      user,
      ready: () => spawnSync(MAPPER, ['-port', String(mapperPort), '-names']).status === 0,
    })
    const start = () =>
      startProgram({
        path: provision.path,
        args: [],
        cwd: directory.path,
        user,
        env,
        ready: (output) => output.includes('completed with'),
        readyWithinMs: 60_000,
      })
    program = await start()
    const close = async () => {
      // In good order takes it some seconds, and nothing of it is kept.
      await program?.kill()
      await mapper?.end()
      directory.remove()
    }
    const running = () => program as Program
    const evaluate = (expression: string): string => {
      // In place of rabbitmqctl, which says the same after two seconds.
      const args = ['-c', COOKIE, '-sname', nodeOf(port), '-e']
      const input = `${expression}.\n`
      const { status, stdout, stderr } = spawnSync(CALLER, args, { env, input, encoding: 'utf8' })
      const value = /^\{ok, (.*)\}/s.exec(stdout)?.[1]
      if (status !== 0 || value === undefined) throw new Error(`${expression} failed: ${stderr || stdout}`)
      return value
    }
    return {
      url: `amqp://${USER}:${PLANTED_PASSWORD}@127.0.0.1:${port}`,
      port,
      user: USER,
      password: PLANTED_PASSWORD,
      stop: () => running().stop(),
      cont: () => running().cont(),
      kill: () => running().kill(),
      async restart() {
        await running().kill()
        program = await start()
      },
      setPassword: (password) =>
        void evaluate(
          `rabbit_auth_backend_internal:change_password(<<"${USER}">>, <<"${password}">>, <<"tests">>)`,
        ),
      evaluate,
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await program?.kill()
    await mapper?.kill()
    directory.remove()
    throw error
  }
}

function nodeOf(port: number): string {
  return `hale${port}@localhost`
}

function environmentOf(directory: string, port: number, mapperPort: number, distributionPort: number) {
  return {
    ...process.env,
    HOME: directory,
    ERL_EPMD_PORT: String(mapperPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_NODENAME: nodeOf(port),
    RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq'),
    RABBITMQ_CONF_ENV_FILE: join(directory, 'none'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(directory, 'mnesia'),
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    // One scheduler starts sooner than one a core where others work too, and does not spin while it waits.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none',
  }
}

// In Erlang's terms: a rabbitmq.conf would first be translated, which takes it a second or two.
function configuration(port: number): string {
  return `listeners.tcp.1 = 127.0.0.1:${port}
default_user = ${USER}
default_pass = ${PLANTED_PASSWORD}
log.console = true
log.console.level = warning
`
}
