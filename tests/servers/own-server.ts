import { type Program, type ProgramOptions, startProgram } from './program.ts'
import { provide, type Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'

/** What a test may do to a server of its own. */
export interface OwnServer extends AsyncDisposable {
  /** Changes when it is started again. */
  pid(): number
  readonly directory: string
  /** What it has printed since it was started last. */
  output(): string
  /** Freezes it with all its children (SIGSTOP): connections stay open, nothing answers. */
  stop(): void
  cont(): void
  /** SIGKILL: connections are reset, the port refuses. */
  kill(): Promise<void>
  /** Starts it again, on the same port with the same data, whatever its state was. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** How a server is run, once its directory holds what it needs. */
export interface Launch extends Omit<ProgramOptions, 'path' | 'cwd'> {
  /** The program that was provided, by default. */
  readonly path?: string
}

/**
 * Starts a server in a temporary directory of its own, which is gone once it is closed. `prepare` writes into that
 * directory, and is told where the program is.
 */
export async function startOwnServer(
  wanted: Wanted,
  prepare: (directory: string, program: string) => Launch,
): Promise<OwnServer> {
  const provision = provide(wanted)
  if (provision.how !== 'program')
    throw new Error(`${wanted.name} is not here: apt install ${wanted.debianPackage}`)
  const directory = createServerDirectory(wanted.name)
  try {
    const launch = { path: provision.path, ...prepare(directory.path, provision.path), cwd: directory.path }
    let program: Program = await startProgram(launch)
    const close = async () => {
      await program.end()
      directory.remove()
    }
    return {
      pid: () => program.pid,
      directory: directory.path,
      output: () => program.output(),
      stop: () => program.stop(),
      cont: () => program.cont(),
      kill: () => program.kill(),
      async restart() {
        await program.kill()
        program = await startProgram(launch)
      },
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    directory.remove()
    throw error
  }
}
