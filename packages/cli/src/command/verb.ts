import type { Command } from 'commander'
import type { Terminal } from './terminal.ts'

/** What a verb was given, as commander has read it. */
export interface Given<Options> {
  readonly args: readonly string[]
  readonly options: Options
  /** The whole command line that the verb is of. Whoever runs a verb without one leaves it out. */
  readonly program?: Command
  /** All verbs of it. */
  readonly verbs?: readonly Verb[]
}

/**
 * One verb: its arguments, options and examples, cheap to load since help and completion need all of them, and how to
 * load what does the work, which only a run needs.
 */
export interface Verb<Options = object> {
  readonly name: string
  /** One line, as in `hale --help`. */
  readonly summary: string
  /** Adds arguments and options; the name and what follows here is added by whoever makes the program. */
  define(command: Command): Command
  /** Command lines that run when pasted, each with what it is for. */
  readonly examples: readonly { readonly line: string; readonly does: string }[]
  /** The words that its first argument may be, for completion, where only loading more tells them. */
  readonly words?: () => Promise<readonly string[]>
  /** The exit code of a command line that is wrong; 2 when absent. */
  readonly usageExitCode?: number
  /**
   * What a command line says on stdout, and ends with, that could not be run, be it wrong or be it our failure, or that
   * only asked for help (no problems then). Undefined where words on stderr and the usual exit codes are in order.
   */
  readonly refusal?: (
    argv: readonly string[],
    problems: readonly string[],
  ) => { readonly code: number; readonly out: string } | undefined
  load(): Promise<Work<Options>>
}

/** What does the work of a verb. */
export interface Work<Options = object> {
  run(given: Given<Options>, terminal: Terminal): Promise<number>
  /**
   * Throws a UsageError as `run` would, and does nothing else: asked where the grammar has found something wrong, so
   * that all is told together. Of what the grammar refuses the options hold the text.
   */
  check?(given: Given<Options>, terminal: Terminal): void | Promise<void>
}
