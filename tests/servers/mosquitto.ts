import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'
import { reloaded } from './reloaded.ts'

export const mosquittoProgram: Wanted = {
  name: 'mosquitto',
  program: 'mosquitto',
  debianPackage: 'mosquitto',
}

/** Its output tells who connected, published and subscribed. */
export interface MosquittoServer extends OwnServer {
  readonly url: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** From now on it takes another password of those who connect. */
  setPassword(password: string): Promise<void>
}

const HASHER = 'mosquitto_passwd'

/** Planted: a test that finds it in an answer has found a leak. */
const PLANTED_PASSWORD = 'planted-Secret-4711'
const USER = 'hale'

/** A Mosquitto of the test's own on a free port of 127.0.0.1. */
export async function startMosquitto(): Promise<MosquittoServer> {
  const port = await freePort()
  const server = await startOwnServer(mosquittoProgram, ({ directory }) => {
    const passwords = join(directory, 'passwords')
    const file = join(directory, 'mosquitto.conf')
    hashed(passwords, PLANTED_PASSWORD)
    // As root it would go on as a user who cannot read the directory.
    const user = process.getuid?.() === 0 ? 'user root\n' : ''
    writeFileSync(
      file,
      `listener ${port} 127.0.0.1\nallow_anonymous false\npassword_file ${passwords}\n${user}log_type all\nlog_dest stderr\n`,
    )
    return { args: ['-c', file], ready: (output) => output.includes('running') }
  })
  const setPassword = async (password: string) => {
    hashed(join(server.directory, 'passwords'), password)
    await reloaded(server, 'Reloading config')
  }
  const url = `mqtt://${USER}:${PLANTED_PASSWORD}@127.0.0.1:${port}`
  return { ...server, url, port, user: USER, password: PLANTED_PASSWORD, setPassword }
}

function hashed(file: string, password: string): void {
  writeFileSync(file, `${USER}:${password}\n`, { mode: 0o600 })
  const { status, stderr } = spawnSync(HASHER, ['-U', file], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`mosquitto_passwd failed: ${stderr}`)
}
