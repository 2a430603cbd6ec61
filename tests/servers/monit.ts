import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'

export const monitProgram: Wanted = { name: 'monit', program: 'monit', debianPackage: 'monit' }

export interface MonitServer extends OwnServer {
  /** What monit says of each host that it checks: `OK`, `Connection failed`, … */
  statuses(): Readonly<Record<string, string>>
}

/** A monit of the test's own that asks once a second. */
export async function startMonit(checks: string): Promise<MonitServer> {
  let control = ''
  let path = ''
  const server = await startOwnServer(monitProgram, ({ directory, program }) => {
    control = join(directory, 'monitrc')
    path = program
    const socket = join(directory, 'monit.sock')
    const own = ['pidfile', 'idfile', 'statefile'].map((name) => `set ${name} ${join(directory, name)}\n`)
    writeFileSync(
      control,
      `set daemon 1\nset log ${join(directory, 'log')}\n${own.join('')}set httpd unixsocket ${socket} allow hale:hale\n${checks}`,
      { mode: 0o600 },
    )
    return { args: ['-I', '-c', control], ready: () => existsSync(socket) }
  })
  return {
    ...server,
    statuses() {
      const { stdout, stderr } = spawnSync(path, ['-B', '-c', control, 'summary'], { encoding: 'utf8' })
      const rows = [...stdout.matchAll(/^ (\S+) +(\S.*?) +Remote Host *$/gm)]
      if (rows.length === 0) throw new Error(`monit says nothing of hosts: ${stdout}${stderr}`)
      return Object.fromEntries(rows.map(([, name, status]) => [name, status]))
    },
  }
}
