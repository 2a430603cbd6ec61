import { type ChildProcess, spawn } from 'node:child_process'
import { leftovers } from './leftovers.ts'
import { continueTree, isRunning, killTree, processTree, signalProcess, stopTree } from './process-tree.mjs'

export interface ProgramOptions {
  readonly path: string
  readonly args: readonly string[]
  readonly cwd: string
  /** Who runs it; the current user by default. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
  readonly env?: NodeJS.ProcessEnv
  /** Settles with true once the program serves; asked with all it has printed so far. */
  readonly ready: (output: string) => boolean | Promise<boolean>
  /** @default 20_000 */
  readonly readyWithinMs?: number
  /** What asks it to end in good order. @default 'SIGTERM' */
  readonly endSignal?: NodeJS.Signals
}

export interface Program {
  readonly pid: number
  output(): string
  running(): boolean
  /** Freezes it with all its children: connections stay open, nothing answers (SIGSTOP). */
  stop(): void
  cont(): void
  signal(signal: NodeJS.Signals): void
  /** SIGKILL to it and all its children; settles when it is gone. */
  kill(): Promise<void>
  /** Ends it in good order, by force after 5 s; settles when it is gone. */
  end(): Promise<void>
}

const POLL_MS = 20

/** Starts a program in the foreground and settles when it serves; ends it when it does not in time. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const child = spawn(options.path, options.args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.user && { uid: options.user.uid, gid: options.user.gid }),
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  let spawnError: Error | undefined
  child.on('error', (error) => {
    spawnError = error
  })
  const program = controls(child, () => output, options.endSignal ?? 'SIGTERM')
  const deadline = Date.now() + (options.readyWithinMs ?? 20_000)
  while (!(await options.ready(output))) {
    if (spawnError || !program.running()) {
      throw new Error(`${options.path} did not start: ${spawnError?.message ?? output.slice(-2000)}`)
    }
    if (Date.now() > deadline) {
      await program.kill()
      throw new Error(`${options.path} was not ready in time: ${output.slice(-2000)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return program
}

const GRACE_MS = 5_000

function controls(child: ChildProcess, output: () => string, endSignal: NodeJS.Signals): Program {
  const pid = child.pid ?? 0
  let exited = false
  child.once('exit', () => {
    exited = true
    leftovers.withdraw({ pid })
  })
  if (pid) leftovers.add({ pid })
  const running = () => pid !== 0 && !exited
  const whenRunning = (action: (pid: number) => void) => () => {
    if (running()) action(pid)
  }
  // Its children too: a signal has been sent when `kill` returns, but it has not yet been obeyed.
  const gone = async (members: readonly number[], withinMs: number) => {
    const deadline = Date.now() + withinMs
    while (running() || members.some(isRunning)) {
      if (Date.now() > deadline) return false
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
    return true
  }
  const kill = async () => {
    if (running() && !(await gone(killTree(pid), GRACE_MS)))
      throw new Error(`process ${pid} survived SIGKILL`)
  }
  return {
    pid,
    output,
    running,
    stop: whenRunning(stopTree),
    cont: whenRunning(continueTree),
    signal: (signal) => whenRunning(() => signalProcess(pid, signal))(),
    kill,
    async end() {
      if (!running()) return
      const members = processTree(pid)
      continueTree(pid)
      signalProcess(pid, endSignal)
      if (await gone(members, GRACE_MS)) return
      if (running()) killTree(pid)
      for (const member of members) signalProcess(member, 'SIGKILL')
      if (!(await gone(members, GRACE_MS))) throw new Error(`process ${pid} survived SIGKILL`)
    },
  }
}
