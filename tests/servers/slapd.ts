import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type Program, startProgram } from './program.ts'
import { provide, type Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'

export const slapdProgram: Wanted = { name: 'slapd', program: 'slapd', debianPackage: 'slapd' }

export interface SlapdServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** The one entry that it has, which may be read by whoever is bound. */
  readonly base: string
  readonly user: string
  readonly password: string
  /** Freezes it (SIGSTOP): connections stay open, nothing answers. */
  stop(): void
  cont(): void
  kill(): Promise<void>
  /** Starts it again on the same port with the same data, whatever its state was. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** Planted: a test that finds it in an answer has found a leak. */
const PLANTED_PASSWORD = 'planted-Secret-4711'
const BASE = 'dc=planted'
const USER = `cn=admin,${BASE}`

/** An OpenLDAP of the test's own on a free port of 127.0.0.1. */
export async function startSlapd(): Promise<SlapdServer> {
  const provision = provide(slapdProgram)
  if (provision.how !== 'program') throw new Error('slapd is not here: apt install slapd')
  const directory = createServerDirectory('slapd')
  let program: Program | undefined
  try {
    const port = await freePort()
    const file = join(directory.path, 'slapd.conf')
    mkdirSync(join(directory.path, 'data'))
    writeFileSync(file, configuration(directory.path), { mode: 0o600 })
    writeFileSync(
      join(directory.path, 'base.ldif'),
      `dn: ${BASE}\nobjectClass: dcObject\nobjectClass: organization\no: tests\n`,
    )
    // The same program under another name would be slapadd; it goes by -T too.
    const added = spawnSync(provision.path, [
      '-T',
      'add',
      '-f',
      file,
      '-l',
      join(directory.path, 'base.ldif'),
    ])
    if (added.status !== 0) throw new Error(`slapadd failed: ${added.stderr}`)
    const start = () =>
      startProgram({
        path: provision.path,
        // A debug level, of nothing, keeps it in the foreground.
        args: ['-f', file, '-h', `ldap://127.0.0.1:${port}`, '-d', '0'],
        cwd: directory.path,
        ready: () => accepts(port),
      })
    program = await start()
    const running = () => program as Program
    const close = async () => {
      await program?.end()
      directory.remove()
    }
    return {
      url: `ldap://127.0.0.1:${port}`,
      port,
      base: BASE,
      user: USER,
      password: PLANTED_PASSWORD,
      stop: () => running().stop(),
      cont: () => running().cont(),
      kill: () => running().kill(),
      async restart() {
        await running().kill()
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

function configuration(directory: string): string {
  const modules = ['/usr/lib/ldap', '/usr/lib64/openldap'].find((path) => existsSync(path))
  const schemas = ['/etc/ldap/schema', '/etc/openldap/schema'].find((path) => existsSync(path))
  return `include ${schemas}/core.schema
${modules === undefined ? '' : `modulepath ${modules}\nmoduleload back_mdb`}
pidfile ${directory}/slapd.pid
database mdb
suffix "${BASE}"
rootdn "${USER}"
rootpw ${PLANTED_PASSWORD}
directory ${directory}/data
maxsize 10485760
access to * by users read by anonymous auth
`
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
