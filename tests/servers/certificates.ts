import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { provide, type Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'

export const opensslProgram: Wanted = { name: 'openssl', program: 'openssl', debianPackage: 'openssl' }

export interface Certificate {
  readonly key: string
  readonly cert: string
  /** What a client must trust to accept it. */
  readonly ca: string
}

export interface CertificateOptions {
  /** @default ['localhost'] */
  readonly hosts?: readonly string[]
  /** Whether its time is over. @default false */
  readonly expired?: boolean
  /** How long it is valid from now on; its authority is for two days. @default 2 */
  readonly days?: number
}

export interface Authority {
  readonly ca: string
  issue(options?: CertificateOptions): Certificate
  /** A certificate that nobody but itself vouches for. */
  selfSigned(): Certificate
}

/** Makes a certificate authority at test time, so that no key, however worthless, is committed. */
export function createAuthority(): Authority {
  const provision = provide(opensslProgram)
  if (provision.how !== 'program') throw new Error('openssl is needed to make certificates')
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync(provision.path, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`)
  }
  const directory = createServerDirectory('certificates')
  const at = (name: string) => join(directory.path, name)
  try {
    const keyType = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const selfSign = (name: string, ...more: string[]): Certificate => {
      openssl(
        'req',
        '-x509',
        ...keyType,
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
        ...more,
        '-keyout',
        at('key'),
        '-out',
        at('crt'),
      )
      const cert = readFileSync(at('crt'), 'utf8')
      return { key: readFileSync(at('key'), 'utf8'), cert, ca: cert }
    }
    const { cert: ca, key: caKey } = selfSign('hale test authority')
    const lonely = selfSign('localhost', '-addext', 'subjectAltName=DNS:localhost')
    return {
      ca,
      issue: (options = {}) => issue(openssl, { ca, caKey, keyType }, options),
      selfSigned: () => lonely,
    }
  } finally {
    directory.remove()
  }
}

function issue(
  openssl: (...args: string[]) => void,
  authority: { ca: string; caKey: string; keyType: string[] },
  { hosts = ['localhost'], expired = false, days = 2 }: CertificateOptions,
): Certificate {
  const directory = createServerDirectory('certificate')
  const at = (name: string) => join(directory.path, name)
  try {
    writeFileSync(at('ca.crt'), authority.ca)
    writeFileSync(at('ca.key'), authority.caKey)
    const names = hosts.map((host) => (/^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`)).join(',')
    writeFileSync(at('extensions'), `subjectAltName=${names}\n`)
    openssl('req', ...authority.keyType, '-subj', `/CN=${hosts[0]}`, '-keyout', at('key'), '-out', at('csr'))
    // `ca` rather than `x509 -days`: only it takes a start and an end date, and openssl 3.0 refuses negative days.
    writeFileSync(at('index'), '')
    writeFileSync(at('serial'), `${Date.now().toString(16).padStart(16, '0')}\n`)
    writeFileSync(at('ca.cnf'), caConfiguration(directory.path))
    const dates = expired
      ? ['-startdate', '20200101000000Z', '-enddate', '20200102000000Z']
      : ['-days', String(days)]
    openssl(
      'ca',
      '-batch',
      '-notext',
      '-config',
      at('ca.cnf'),
      '-extfile',
      at('extensions'),
      ...dates,
      '-in',
      at('csr'),
      '-out',
      at('crt'),
    )
    return { key: readFileSync(at('key'), 'utf8'), cert: readFileSync(at('crt'), 'utf8'), ca: authority.ca }
  } finally {
    directory.remove()
  }
}

function caConfiguration(directory: string): string {
  return `[ca]
default_ca = test
[test]
database = ${directory}/index
serial = ${directory}/serial
new_certs_dir = ${directory}
certificate = ${directory}/ca.crt
private_key = ${directory}/ca.key
default_md = sha256
policy = any
[any]
commonName = supplied
`
}
