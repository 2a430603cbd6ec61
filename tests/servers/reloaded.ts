import type { OwnServer } from './own-server.ts'

const POLL_MS = 5
const WITHIN_MS = 10_000

/** Has a server read its configuration anew (SIGHUP); settles once it has said that it did. */
export async function reloaded(server: OwnServer, said: string): Promise<void> {
  const times = () => server.output().split(said).length
  const before = times()
  process.kill(server.pid(), 'SIGHUP')
  const deadline = Date.now() + WITHIN_MS
  while (times() === before) {
    if (Date.now() > deadline) throw new Error(`it was not reloaded: ${server.output().slice(-2000)}`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
