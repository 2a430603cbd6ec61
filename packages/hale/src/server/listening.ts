import type { AddressInfo, Server } from 'node:net'

/** Listens; rejects as `listen` does when the port is taken. */
export function listening(server: Server, port: number, host: string | undefined): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve(server.address() as AddressInfo)
    })
  })
}

/** A URL that can be asked from this machine. */
export function urlOf({ address, port, family }: AddressInfo): string {
  const anywhere = address === '::' || address === '0.0.0.0'
  const host = anywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${port}`
}
