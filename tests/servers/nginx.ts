import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { accepts } from './accepting-port.ts'
import { freePort } from './free-port.ts'
import { startProgram } from './program.ts'
import { provide, type Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'

export const nginxProgram: Wanted = { name: 'nginx', program: 'nginx', debianPackage: 'nginx' }

export interface NginxOptions {
  /** What stands inside `http { … }`; `port` is where the tests send requests. */
  readonly http: (at: { readonly port: number; readonly directory: string }) => string
}

export interface NginxServer extends AsyncDisposable {
  readonly port: number
  readonly url: string
  readonly pid: number
  /** The error log so far, where failed upstreams are named. */
  errorLog(): string
  /** Writes new contents for `http { … }` and has nginx take them (SIGHUP); settles when the new workers run. */
  reload(http: NginxOptions['http']): Promise<void>
  stop(): void
  cont(): void
  kill(): Promise<void>
  close(): Promise<void>
}

export async function startNginx(options: NginxOptions): Promise<NginxServer> {
  const provision = provide(nginxProgram)
  if (provision.how !== 'program') throw new Error('nginx is not here: apt install nginx')
  const directory = createServerDirectory('nginx')
  const file = join(directory.path, 'nginx.conf')
  const log = join(directory.path, 'error.log')
  try {
    const port = await freePort()
    mkdirSync(join(directory.path, 'temp'))
    const write = (http: NginxOptions['http']) =>
      writeFileSync(file, configuration(directory.path, http({ port, directory: directory.path })))
    write(options.http)
    const program = await startProgram({
      path: provision.path,
      args: ['-p', directory.path, '-c', file, '-e', log],
      cwd: directory.path,
      ready: () => accepts(port),
    })
    const errorLog = () => readFileSync(log, 'utf8')
    const close = async () => {
      await program.end()
      directory.remove()
    }
    return {
      port,
      url: `http://127.0.0.1:${port}`,
      pid: program.pid,
      errorLog,
      async reload(http) {
        write(http)
        const before = errorLog().length
        program.signal('SIGHUP')
        const deadline = Date.now() + 5_000
        // The old workers leave only after the new ones have taken over.
        while (!/gracefully shutting down|\[emerg\]/.test(errorLog().slice(before))) {
          if (Date.now() > deadline) throw new Error('nginx did not reload')
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
        const refused = errorLog()
          .slice(before)
          .match(/\[emerg\].*/)
        if (refused) throw new Error(`nginx refused the configuration: ${refused[0]}`)
      },
      stop: program.stop,
      cont: program.cont,
      kill: program.kill,
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    directory.remove()
    throw error
  }
}

function configuration(directory: string, http: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${directory}/temp/${name};`)
    .join('\n')
  return `daemon off;
worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${directory}/nginx.pid;
error_log ${directory}/error.log notice;
events { worker_connections 256; }
http {
  access_log off;
${temporary}
${http}
}
`
}
