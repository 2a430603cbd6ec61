import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { startProgram } from './program.ts'
import { provide, type Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'
import { statisticsRows } from './statistics-csv.ts'

export const haproxyProgram: Wanted = { name: 'haproxy', program: 'haproxy', debianPackage: 'haproxy' }

export interface HaproxyOptions {
  /**
   * The sections after `global` and `defaults`, e.g. from `checkedBackend`; `port` is where the tests send requests.
   */
  readonly sections: (at: { readonly port: number; readonly directory: string }) => string
}

export interface CheckedBackendOptions {
  readonly port: number
  /** The ports of 127.0.0.1 to balance over; the servers are named s1, s2, … */
  readonly servers: readonly number[]
  /** HAProxy's `option httpchk` line after the keyword; undefined is HAProxy's own default, `OPTIONS /`. */
  readonly httpchk?: string
  /** Between two checks. @default 100 */
  readonly intervalMs?: number
  /** Words added to each server line, e.g. `agent-check agent-port 9000 agent-inter 100`. */
  readonly serverOptions?: (index: number) => string
}

/** A frontend on `port` and a backend `app` whose servers HAProxy checks over HTTP. */
export function checkedBackend(options: CheckedBackendOptions): string {
  const { port, servers, httpchk, intervalMs = 100, serverOptions } = options
  const lines = servers.map((server, index) =>
    `  server s${index + 1} 127.0.0.1:${server} check inter ${intervalMs} fall 2 rise 2 ${serverOptions?.(index) ?? ''}`.trimEnd(),
  )
  return `frontend front
  bind 127.0.0.1:${port}
  default_backend app
backend app
  option httpchk ${httpchk ?? ''}
${lines.join('\n')}
`
}

export interface HaproxyServerState {
  /** `UP`, `DOWN`, `UP 1/2`, `MAINT`, `DRAIN`, … */
  readonly status: string
  readonly weight: number
  /** `L7OK`, `L7STS`, `L4CON`, … */
  readonly checkStatus: string
  readonly checkCode: number | undefined
  readonly agentStatus: string
}

export interface HaproxyServer extends AsyncDisposable {
  readonly port: number
  readonly url: string
  readonly pid: number
  /** What HAProxy thinks of a server now, read from its statistics socket. */
  state(server: string, backend?: string): Promise<HaproxyServerState>
  /** Settles with the state once it satisfies `wanted`; rejects with the last one after `withinMs` (10 s). */
  waitFor(
    server: string,
    wanted: (state: HaproxyServerState) => boolean,
    withinMs?: number,
  ): Promise<HaproxyServerState>
  stop(): void
  cont(): void
  kill(): Promise<void>
  close(): Promise<void>
}

export async function startHaproxy({ sections }: HaproxyOptions): Promise<HaproxyServer> {
  const provision = provide(haproxyProgram)
  if (provision.how !== 'program') throw new Error('haproxy is not here: apt install haproxy')
  const directory = createServerDirectory('haproxy')
  const socket = join(directory.path, 'stats.sock')
  try {
    const port = await freePort()
    const file = join(directory.path, 'haproxy.cfg')
    writeFileSync(
      file,
      `global
  stats socket ${socket} mode 600 level admin
  nbthread 1
defaults
  mode http
  timeout connect 1s
  timeout check 2s
  timeout client 5s
  timeout server 5s
${sections({ port, directory: directory.path })}`,
    )
    const program = await startProgram({
      path: provision.path,
      args: ['-db', '-f', file],
      cwd: directory.path,
      ready: () =>
        ask(socket, 'show info').then(
          (answer) => answer.includes('Uptime'),
          () => false,
        ),
    })
    const close = async () => {
      await program.end()
      directory.remove()
    }
    const state = async (server: string, backend = 'app') =>
      stateOf(await ask(socket, 'show stat'), backend, server)
    return {
      port,
      url: `http://127.0.0.1:${port}`,
      pid: program.pid,
      state,
      async waitFor(server, wanted, withinMs = 10_000) {
        const deadline = Date.now() + withinMs
        for (;;) {
          const now = await state(server)
          if (wanted(now)) return now
          if (Date.now() > deadline) throw new Error(`haproxy still sees ${server} as ${JSON.stringify(now)}`)
          await new Promise((resolve) => setTimeout(resolve, 25))
        }
      },
      stop: program.stop,
      cont: program.cont,
      kill: program.kill,
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    directory.remove()
    throw error
  }
}

/** One command to the statistics socket, which answers and closes. */
function ask(socket: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const connection = connect(socket, () => connection.write(`${command}\n`))
    connection.setEncoding('utf8').on('data', (text) => {
      answer += text
    })
    connection.on('end', () => resolve(answer)).on('error', reject)
  })
}

function stateOf(csv: string, backend: string, server: string): HaproxyServerState {
  const row = statisticsRows(csv).find((it) => it.get('pxname') === backend && it.get('svname') === server)
  if (row === undefined) throw new Error(`haproxy knows no server ${server} in backend ${backend}`)
  const value = (name: string) => row.get(name) ?? ''
  return {
    status: value('status'),
    weight: Number(value('weight')),
    checkStatus: value('check_status'),
    checkCode: value('check_code') === '' ? undefined : Number(value('check_code')),
    agentStatus: value('agent_status'),
  }
}
