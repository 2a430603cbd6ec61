import { CommanderError } from 'commander'
import { exitCodeOfSignal } from './exit-code.ts'
import { parseProblem } from './parse-problem.ts'
import { createProgram } from './program.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'
import type { Verb } from './verb.ts'

/** Runs one command line; resolves to the exit code, and never rejects. */
export async function runCommandLine(
  argv: readonly string[],
  terminal: Terminal,
  verbs: readonly Verb[],
): Promise<number> {
  const asked = meant(argv, verbs)
  const verb = verbs.find(({ name }) => name === asked[0])
  const wrong = verb?.usageExitCode ?? 2
  let exitCode = 0
  try {
    const program = createProgram(
      terminal,
      (code) => {
        exitCode = code
      },
      verbs,
    )
    await program.parseAsync(asked, { from: 'user' })
    return exitCode
  } catch (error) {
    // Help and version, which have been written.
    if (error instanceof CommanderError && error.exitCode === 0) return verb?.refusal?.(asked, [])?.code ?? 0
    const signalled = exitCodeOfSignal(terminal.signal)
    // A verb that was interrupted fails by that, which needs no words.
    if (signalled !== undefined) return signalled
    const refusal = verb?.refusal?.(asked, problemsOf(error, verb.name))
    if (refusal !== undefined) {
      terminal.out(refusal.out)
      return refusal.code
    }
    terminal.err(textOf(error, verb?.name, terminal))
    return error instanceof UsageError || error instanceof CommanderError ? wrong : 1
  } finally {
    // Whatever was going on, it is over.
    terminal.progress('')
  }
}

/** `hale` alone asks for help, and `hale help verb` is another way to say `hale verb --help`. */
function meant(argv: readonly string[], verbs: readonly Verb[]): readonly string[] {
  const [first, second] = argv
  if (first === undefined) return ['--help']
  if (first === 'help')
    return second === undefined || second.startsWith('-') ? ['--help'] : meant([second, '--help'], verbs)
  // Commander answers `prob --help` with the help of all, as if nothing were wrong.
  return first.startsWith('-') || verbs.some(({ name }) => name === first) ? argv : [first]
}

function textOf(error: unknown, verb: string | undefined, terminal: Terminal): string {
  const name = terminal.style('bold', verb === undefined ? 'hale:' : `hale ${verb}:`)
  const lines = problemsOf(error, verb).map((problem) => `${name} ${problem}\n`)
  const stack = terminal.env.HALE_DEBUG && error instanceof Error ? `${error.stack}\n` : ''
  return lines.join('') + stack
}

function problemsOf(error: unknown, verb: string | undefined): readonly string[] {
  if (error instanceof UsageError) return error.problems
  if (error instanceof CommanderError) return [parseProblem(error, verb)]
  return [error instanceof Error && error.message !== '' ? error.message : String(error)]
}
