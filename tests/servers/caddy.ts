import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'

export const caddyProgram: Wanted = { name: 'caddy', program: 'caddy', debianPackage: 'caddy' }

export interface CaddyServer extends OwnServer {
  readonly port: number
  readonly url: string
}

export interface CaddyOptions {
  /** What stands before the site, such as snippets. */
  readonly snippets: string
  /** What stands within it. */
  readonly site: string
}

/** A Caddy of the test's own on a free port of 127.0.0.1, without certificates or an administration port. */
export async function startCaddy({ snippets, site }: CaddyOptions): Promise<CaddyServer> {
  const port = await freePort()
  const server = await startOwnServer(caddyProgram, ({ directory }) => {
    const file = join(directory, 'Caddyfile')
    mkdirSync(join(directory, 'home'))
    writeFileSync(
      file,
      `{\n\tadmin off\n\tauto_https off\n}\n${snippets}\nhttp://127.0.0.1:${port} {\n\tbind 127.0.0.1\n${site}\n}\n`,
    )
    return {
      args: ['run', '--config', file, '--adapter', 'caddyfile'],
      env: { PATH: process.env.PATH, HOME: join(directory, 'home') },
      ready: (output) => output.includes('serving initial configuration'),
    }
  })
  return { ...server, port, url: `http://127.0.0.1:${port}` }
}
