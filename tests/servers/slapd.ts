import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { accepts } from './accepting-port.ts'
import type { Certificate } from './certificates.ts'
import { freePort } from './free-port.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'

export const slapdProgram: Wanted = { name: 'slapd', program: 'slapd', debianPackage: 'slapd' }

export interface SlapdOptions {
  /** With it, it also serves over TLS, and allows STARTTLS. */
  readonly certificate?: Certificate
}

export interface SlapdServer extends OwnServer {
  readonly url: string
  readonly port: number
  /** Where it serves over TLS from the first byte on, if it has a certificate. */
  readonly tlsPort: number
  /** An entry that may be read by whoever is bound. */
  readonly base: string
  /** Who may do anything. */
  readonly user: string
  /** An entry who may read; with the same password, until that is changed. */
  readonly service: string
  readonly password: string
}

/** Planted: a test that finds it in an answer has found a leak. */
const PLANTED_PASSWORD = 'planted-Secret-4711'
const BASE = 'dc=planted'
const USER = `cn=admin,${BASE}`
const SERVICE = `cn=service,${BASE}`

const ENTRIES = `dn: ${BASE}
objectClass: dcObject
objectClass: organization
o: tests

dn: ${SERVICE}
objectClass: organizationalRole
objectClass: simpleSecurityObject
userPassword: ${PLANTED_PASSWORD}
`

/** An OpenLDAP of the test's own on free ports of 127.0.0.1. */
export async function startSlapd({ certificate }: SlapdOptions = {}): Promise<SlapdServer> {
  const [port, tlsPort] = [await freePort(), await freePort()]
  const urls = [`ldap://127.0.0.1:${port}`]
  if (certificate !== undefined) urls.push(`ldaps://127.0.0.1:${tlsPort}`)
  const server = await startOwnServer(slapdProgram, ({ directory, program }) => {
    const file = join(directory, 'slapd.conf')
    const entries = join(directory, 'base.ldif')
    mkdirSync(join(directory, 'data'))
    writeFileSync(file, configuration(directory, certificate), { mode: 0o600 })
    writeFileSync(entries, ENTRIES, { mode: 0o600 })
    // The same program under another name would be slapadd; it goes by -T too.
    const added = spawnSync(program, ['-T', 'add', '-f', file, '-l', entries])
    if (added.status !== 0) throw new Error(`slapadd failed: ${added.stderr}`)
    // A debug level, of nothing, keeps it in the foreground.
    return { args: ['-f', file, '-h', urls.join(' '), '-d', '0'], ready: () => accepts(port) }
  })
  return {
    ...server,
    url: `ldap://127.0.0.1:${port}`,
    port,
    tlsPort,
    base: BASE,
    user: USER,
    service: SERVICE,
    password: PLANTED_PASSWORD,
  }
}

function configuration(directory: string, certificate?: Certificate): string {
  const modules = ['/usr/lib/ldap', '/usr/lib64/openldap'].find((path) => existsSync(path))
  const schemas = ['/etc/ldap/schema', '/etc/openldap/schema'].find((path) => existsSync(path))
  return `include ${schemas}/core.schema
${modules === undefined ? '' : `modulepath ${modules}\nmoduleload back_mdb`}
pidfile ${directory}/slapd.pid
${certificate === undefined ? '' : tlsConfiguration(directory, certificate)}
database mdb
suffix "${BASE}"
rootdn "${USER}"
rootpw ${PLANTED_PASSWORD}
directory ${directory}/data
maxsize 10485760
access to * by users read by anonymous auth
`
}

function tlsConfiguration(directory: string, { ca, cert, key }: Certificate): string {
  const files = { TLSCACertificateFile: ca, TLSCertificateFile: cert, TLSCertificateKeyFile: key }
  return Object.entries(files)
    .map(([directive, content]) => {
      const path = join(directory, `${directive}.pem`)
      writeFileSync(path, content, { mode: 0o600 })
      return `${directive} ${path}`
    })
    .join('\n')
}
