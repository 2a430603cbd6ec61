import { chmodSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** What is right; may be changed. */
export interface Login {
  readonly user: string
  password: string
}

export interface Saslauthd extends AsyncDisposable {
  /** Lines for the configuration of a server that asks it (Cyrus SASL). */
  readonly configuration: string
}

const ofLogin = ['user', 'password', 'service', 'realm'] as const

/**
 * Tells servers that use Cyrus SASL whether a password is right, in place of the saslauthd that would ask the system's
 * accounts: four strings come, each after its length in two bytes, and OK or NO goes back in the same way.
 */
export async function startSaslauthd(directory: string, login: Login): Promise<Saslauthd> {
  const path = join(directory, 'mux')
  const server = createServer((socket) => {
    let heard = Buffer.alloc(0)
    socket
      .on('error', () => {})
      .on('data', (bytes) => {
        heard = Buffer.concat([heard, bytes])
        const [user, password, service] = stringsOf(heard)
        // The realm, which comes last, may be empty.
        if (service === undefined) return
        const isRight = user === login.user && password === login.password
        socket.end(Buffer.from(`\0\x02${isRight ? 'OK' : 'NO'}`, 'latin1'))
      })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  // The server may run as somebody else.
  chmodSync(path, 0o666)
  chmodSync(directory, 0o755)
  return {
    configuration: `mech_list: plain\npwcheck_method: saslauthd\nsaslauthd_path: ${path}\n`,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** As many of them as have come whole. */
function stringsOf(heard: Buffer): readonly string[] {
  const strings: string[] = []
  for (let at = 0; strings.length < ofLogin.length && at + 2 <= heard.length; ) {
    const end = at + 2 + heard.readUInt16BE(at)
    if (end > heard.length) break
    strings.push(heard.toString('utf8', at + 2, end))
    at = end
  }
  return strings
}
