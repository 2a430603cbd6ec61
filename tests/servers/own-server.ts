import { type Program, type ProgramOptions, startProgram } from './program.ts'
import { provide, type Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'
import { type SystemUser, unprivilegedUser } from './unprivileged-user.ts'

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
export interface Launch extends Omit<ProgramOptions, 'path' | 'cwd' | 'user'> {
  /** The program that was provided, by default. */
  readonly path?: string
  /** How it is ended before it is started again: by force, or in good order. @default 'kill' */
  readonly endedBy?: 'kill' | 'end'
  /** What else of it is to be removed, before its directory is. */
  readonly remove?: () => void
}

/** Where a server is to be prepared, and for whom. */
export interface Premises {
  /** Temporary, of its own, and gone once it is closed. */
  readonly directory: string
  /** Where the program is. */
  readonly program: string
  /** Who runs it, when that is not whoever runs the tests. */
  readonly user: SystemUser | undefined
}

/** Starts a server, of which `prepare` writes into its directory what it needs. */
export async function startOwnServer(
  wanted: Wanted,
  prepare: (premises: Premises) => Launch | Promise<Launch>,
): Promise<OwnServer> {
  const provision = provide(wanted)
  if (provision.how !== 'program')
    throw new Error(`${wanted.name} is not here: apt install ${wanted.debianPackage}`)
  const user = wanted.user === undefined ? undefined : unprivilegedUser(wanted.user)
  const { path: directory, remove } = createServerDirectory(wanted.name, user)
  let launch: Launch | undefined
  const removeAll = () => {
    launch?.remove?.()
    remove()
  }
  try {
    launch = await prepare({ directory, program: provision.path, user })
    const options = { path: provision.path, ...launch, cwd: directory, user }
    let program: Program = await startProgram(options)
    const close = async () => {
      await program.end()
      removeAll()
    }
    return {
      pid: () => program.pid,
      directory,
      output: () => program.output(),
      stop: () => program.stop(),
      cont: () => program.cont(),
      kill: () => program.kill(),
      async restart() {
        await program[options.endedBy ?? 'kill']()
        program = await startProgram(options)
      },
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    removeAll()
    throw error
  }
}
