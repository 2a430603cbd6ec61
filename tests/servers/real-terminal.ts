import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'

export const scriptProgram: Wanted = { name: 'script', program: 'script', debianPackage: 'bsdutils' }

export interface RealTerminal {
  /** Types these keys. */
  keys(text: string): void
  /** All that was written so far, escape sequences too. */
  said(): string
  /** Makes the terminal 40 columns wide, as somebody who drags its edge. */
  narrow(): void
  readonly ended: Promise<unknown>
  /** Ends what still runs in it. */
  close(): void
}

const hale = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))

/**
 * The built `hale` in a terminal of 60 columns and 14 rows, whose modes are told before and after: `icanon` where lines
 * are edited by the terminal and `echo` where it shows what is typed, and `exit` with the exit code between.
 */
export function haleInTerminal(args: readonly string[], env: Record<string, string> = {}): RealTerminal {
  const directory = createServerDirectory('terminal')
  const flag = `${directory.path}/narrow`
  const modes = "stty -a | grep -owE -- '-?(icanon|echo)' | tr '\\n' ' '"
  const words = [process.execPath, hale, ...args].map((word) => `'${word}'`).join(' ')
  // From beside it, as the size of a terminal changes.
  const narrowed = `(while [ -e '${directory.path}' ] && [ ! -e '${flag}' ]; do sleep 0.05; done; stty cols 40 </dev/tty) 2>/dev/null &`
  const line = `stty cols 60 rows 14; ${narrowed} ${modes}; trap : INT; ${words}; echo "exit $?"; ${modes}`
  const child: ChildProcess = spawn(scriptProgram.program, ['-qec', line, '/dev/null'], {
    env: { PATH: process.env.PATH, TERM: 'xterm-256color', LANG: 'C.UTF-8', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = once(child, 'exit').then(() => directory.remove())
  return {
    keys: (text) => child.stdin?.write(text),
    said: () => said,
    narrow: () => writeFileSync(flag, ''),
    ended,
    close: () => {
      child.kill()
      directory.remove()
    },
  }
}
