import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type Program, startProgram } from './program.ts'
import { provide, type Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'

export const mosquittoProgram: Wanted = {
  name: 'mosquitto',
  program: 'mosquitto',
  debianPackage: 'mosquitto',
}

export interface MosquittoServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** What it has printed so far: who connected, published and subscribed. */
  log(): string
  /** Freezes it (SIGSTOP): connections stay open, nothing answers. */
  stop(): void
  cont(): void
  kill(): Promise<void>
  /** Starts it again on the same port, whatever its state was. */
  restart(): Promise<void>
  close(): Promise<void>
}

const HASHER = 'mosquitto_passwd'

/** Planted: a test that finds it in an answer has found a leak. */
const PLANTED_PASSWORD = 'planted-Secret-4711'
const USER = 'hale'

/** A Mosquitto of the test's own on a free port of 127.0.0.1. */
export async function startMosquitto(): Promise<MosquittoServer> {
  const provision = provide(mosquittoProgram)
  if (provision.how !== 'program') throw new Error('mosquitto is not here: apt install mosquitto')
  const directory = createServerDirectory('mosquitto')
  let program: Program | undefined
  try {
    const port = await freePort()
    const passwords = join(directory.path, 'passwords')
    const file = join(directory.path, 'mosquitto.conf')
    writeFileSync(passwords, `${USER}:${PLANTED_PASSWORD}\n`, { mode: 0o600 })
    const { status, stderr } = spawnSync(HASHER, ['-U', passwords], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`mosquitto_passwd failed: ${stderr}`)
    // As root it would go on as a user who cannot read the directory.
    const user = process.getuid?.() === 0 ? 'user root\n' : ''
    writeFileSync(
      file,
      `listener ${port} 127.0.0.1\nallow_anonymous false\npassword_file ${passwords}\n${user}log_type all\nlog_dest stderr\n`,
    )
    const start = () =>
      startProgram({
        path: provision.path,
        args: ['-c', file],
        cwd: directory.path,
        ready: (output) => output.includes('running'),
      })
    program = await start()
    const running = () => program as Program
    const close = async () => {
      await program?.end()
      directory.remove()
    }
    return {
      url: `mqtt://${USER}:${PLANTED_PASSWORD}@127.0.0.1:${port}`,
      port,
      user: USER,
      password: PLANTED_PASSWORD,
      log: () => running().output(),
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
