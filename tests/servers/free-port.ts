import { createServer } from 'node:net'

// Below the range from which the system takes ports for outgoing connections: a port that must stay closed, or be
// taken again after a restart, is then not lost to a client of some other test.
const LOWEST = 15_000
const HIGHEST = 32_000

/** A random TCP port of 127.0.0.1 that nothing listens on. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer()
      probe.once('error', () => resolve(false))
      probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
    })
    if (free) return port
  }
  throw new Error('found no free port on 127.0.0.1 in 50 attempts')
}
