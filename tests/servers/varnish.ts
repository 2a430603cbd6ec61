import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { accepts } from './accepting-port.ts'
import { freePort } from './free-port.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'

export const varnishProgram: Wanted = { name: 'varnish', program: 'varnishd', debianPackage: 'varnish' }

export interface VarnishServer extends OwnServer {
  readonly port: number
  readonly url: string
}

/** A Varnish of the test's own on a free port of 127.0.0.1; `vcl` is what its main file includes. */
export async function startVarnish(vcl: string): Promise<VarnishServer> {
  const port = await freePort()
  const server = await startOwnServer(varnishProgram, ({ directory }) => {
    writeFileSync(join(directory, 'included.vcl'), vcl)
    const file = join(directory, 'main.vcl')
    // What is stored would be answered whatever becomes of the backends.
    writeFileSync(
      file,
      `vcl 4.1;\ninclude "${join(directory, 'included.vcl')}";\nsub vcl_recv { return (pass); }\n`,
    )
    const args = ['-F', '-n', join(directory, 'work'), '-a', `127.0.0.1:${port}`, '-f', file]
    return {
      args: [...args, '-s', 'malloc,8m', '-p', 'thread_pool_min=5', '-j', 'none', '-T', 'none'],
      ready: () => accepts(port),
    }
  })
  return { ...server, port, url: `http://127.0.0.1:${port}` }
}
