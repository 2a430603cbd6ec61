import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'

export const pythonProgram: Wanted = { name: 'python3', program: 'python3', debianPackage: 'python3' }
export const systemdNotifyProgram: Wanted = {
  name: 'systemd-notify',
  program: 'systemd-notify',
  debianPackage: 'systemd',
}
const script = fileURLToPath(new URL('../fixtures/datagrams.py', import.meta.url))

/** The end of `$NOTIFY_SOCKET` that systemd has; a process of its own, since Node has no datagrams on unix sockets. */
export interface NotifySocket extends OwnServer {
  readonly path: string
  /** Every word received so far, such as `READY=1`. */
  words(): readonly string[]
}

export async function startNotifySocket(): Promise<NotifySocket> {
  let path = ''
  const server = await startOwnServer(pythonProgram, ({ directory }) => {
    path = join(directory, 'notify.sock')
    return { args: [script, path], ready: (output) => output.includes('listening') }
  })
  return {
    ...server,
    path,
    words() {
      const messages = server.output().trim().split('\n').slice(1)
      return messages.flatMap((line) => (JSON.parse(line) as string).trim().split('\n'))
    },
  }
}
