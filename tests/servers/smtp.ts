import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.ts'
import { type Program, startProgram } from './program.ts'
import { provide, type Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'

// Debian's Python: others on PATH do not see the packages of Debian. The package has a program of its own, by which
// it is known to be there, but which has no passwords.
const PYTHON = '/usr/bin/python3'

export const smtpProgram: Wanted = {
  name: 'aiosmtpd',
  program: 'aiosmtpd',
  debianPackage: 'python3-aiosmtpd',
}

export interface SmtpServer extends AsyncDisposable {
  readonly port: number
  readonly user: string
  readonly password: string
  /** Freezes it (SIGSTOP): connections stay open, nothing answers. */
  stop(): void
  cont(): void
  kill(): Promise<void>
  /** Starts it again on the same port, whatever its state was. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** Planted: a test that finds it in an answer has found a leak. */
const PLANTED_PASSWORD = 'planted-Secret-4711'
const USER = 'hale'

/** An SMTP server of the test's own on a free port of 127.0.0.1, which wants a password and delivers nothing. */
export async function startSmtp(): Promise<SmtpServer> {
  const provision = provide(smtpProgram)
  if (provision.how === 'missing') throw new Error(provision.reason)
  const directory = createServerDirectory('smtp')
  let program: Program | undefined
  try {
    const port = await freePort()
    const start = () =>
      startProgram({
        path: PYTHON,
        args: [fileURLToPath(new URL('../fixtures/smtp-server.py', import.meta.url)), String(port), USER],
        cwd: directory.path,
        env: { ...process.env, SMTP_PASSWORD: PLANTED_PASSWORD },
        ready: (output) => output.includes('ready'),
      })
    program = await start()
    const running = () => program as Program
    const close = async () => {
      await program?.end()
      directory.remove()
    }
    return {
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
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await program?.kill()
    directory.remove()
    throw error
  }
}
