import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The API that the service depends on. */
export interface ExternalApi {
  readonly url: string
  /** The URL without what must not be printed. */
  readonly shownUrl: string
  close(): Promise<void>
}

/** The API at the given URL, or a small one of our own on loopback, so that the example runs without a network. */
export async function connectExternalApi(url: string | undefined): Promise<ExternalApi> {
  if (url !== undefined) return { url, shownUrl: shown(url), close: async () => {} }
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end('{"status":"ok"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const local = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    url: local,
    shownUrl: `${local} (a local one)`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function shown(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
