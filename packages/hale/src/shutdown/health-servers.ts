import type { Clock } from '../core/clock.ts'
import type { StoppableServer } from './manage-server.ts'

/** A probe that is cut off here is asked again or not at all: nobody waits longer than this for it. */
const patienceMs = 100

interface HealthServerLike {
  close?(): unknown
  readonly server?: { closeAllConnections?(): void }
}

/** Closes servers that answer probes only. Their last answers are worth no delay of the exit. */
export async function closeHealthServers(servers: readonly StoppableServer[], clock: Clock): Promise<void> {
  await Promise.all((servers as readonly HealthServerLike[]).map((server) => close(server, clock)))
}

async function close(server: HealthServerLike, clock: Clock): Promise<void> {
  let cancel = (): void => {}
  const enough = new Promise<void>((resolve) => {
    cancel = clock.after(patienceMs, resolve)
  })
  try {
    await Promise.race([server.close?.(), enough])
    server.server?.closeAllConnections?.()
  } catch {
    // A health server that cannot be closed ends with the process.
  } finally {
    cancel()
  }
}
