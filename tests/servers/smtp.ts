import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Certificate } from './certificates.ts'
import { freePort } from './free-port.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'

// Debian's Python: others on PATH do not see the packages of Debian. The package has a program of its own, by which
// it is known to be there, but which has no passwords.
const PYTHON = '/usr/bin/python3'

export const smtpProgram: Wanted = {
  name: 'aiosmtpd',
  program: 'aiosmtpd',
  debianPackage: 'python3-aiosmtpd',
}

export interface SmtpOptions {
  /** From the first byte on, or from STARTTLS on, without which it then takes no password. */
  readonly tls?: { readonly from: 'connect' | 'starttls'; readonly certificate: Certificate }
}

export interface SmtpServer extends OwnServer {
  readonly port: number
  readonly user: string
  readonly password: string
  /** From now on it takes another password. */
  setPassword(password: string): void
}

/** Planted: a test that finds it in an answer has found a leak. */
const PLANTED_PASSWORD = 'planted-Secret-4711'
const USER = 'hale'
const PASSWORD_FILE = 'password'

/** An SMTP server of the test's own on a free port of 127.0.0.1, which wants a password and delivers nothing. */
export async function startSmtp({ tls }: SmtpOptions = {}): Promise<SmtpServer> {
  const port = await freePort()
  const server = await startOwnServer(smtpProgram, ({ directory }) => {
    const file = join(directory, 'certificate.pem')
    if (tls !== undefined)
      writeFileSync(file, `${tls.certificate.cert}\n${tls.certificate.key}`, { mode: 0o600 })
    writeFileSync(join(directory, PASSWORD_FILE), PLANTED_PASSWORD, { mode: 0o600 })
    const program = fileURLToPath(new URL('../fixtures/smtp-server.py', import.meta.url))
    return {
      path: PYTHON,
      args: [program, String(port), USER, ...(tls === undefined ? [] : [tls.from, file])],
      env: { ...process.env, SMTP_PASSWORD_FILE: join(directory, PASSWORD_FILE) },
      ready: (output) => output.includes('ready'),
    }
  })
  const setPassword = (password: string) => writeFileSync(join(server.directory, PASSWORD_FILE), password)
  return { ...server, port, user: USER, password: PLANTED_PASSWORD, setPassword }
}
