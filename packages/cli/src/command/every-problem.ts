import { type Argument, type Command, CommanderError, InvalidArgumentError, type Option } from 'commander'
import { parseProblem } from './parse-problem.ts'

/** What is wrong by the grammar of a verb. */
export interface GrammarProblems {
  readonly problems: readonly string[]
  /** Whether the arguments are those that were meant: what follows an unknown option may be its value. */
  readonly argsKnown: boolean
}

/**
 * Lets a verb's command line be read to its end whatever is wrong with it: commander itself ends with the first mistake.
 * Returns what tells of all of them; with any the verb must not run.
 */
export function everyProblem(command: Command): () => GrammarProblems {
  const problems: string[] = []
  let argsKnown = true
  const add = (code: string, message: string): void => {
    problems.push(parseProblem(new CommanderError(1, code, message), command.name()))
  }
  const keep: Keep = (message, { code = '' } = {}) => {
    if (!argsKnown && ofArguments.test(code)) return
    if (code !== unknownOption) return add(code, message)
    argsKnown = false
    // Commander tells of the first alone, of which it knows the name that was meant.
    const words = command.args.filter((word) => /^--?[a-z]/i.test(word))
    for (const [index, word] of words.entries()) {
      const flag = word.replace(/=.*/s, '')
      const known = command.options.some(({ long }) => long === flag)
      if (known) problems.push(`${flag} takes no value`)
      else add(code, index === 0 ? message : `error: unknown option '${word}'`)
    }
  }
  command.error = keep as Command['error']
  for (const option of command.options)
    keepWrong(option, (value) => `error: option '${option.flags}' argument '${value}' is invalid.`, keep)
  for (const argument of command.registeredArguments) {
    const begin = (value: string): string =>
      `error: command-argument value '${value}' is invalid for argument '${argument.name()}'.`
    keepWrong(argument, begin, (...found) => argsKnown && keep(...found))
  }
  return () => ({ problems: [...new Set(problems)], argsKnown })
}

type Keep = (message: string, error?: { readonly code?: string }) => void

const unknownOption = 'commander.unknownOption'
const ofArguments = /^commander\.(excessArguments|missingArgument)$/

/** A value that is wrong stays the text that it is: there is one, and nobody looks at it. */
function keepWrong(of: Option | Argument, begin: (value: string) => string, keep: Keep): void {
  const parse = of.parseArg?.bind(of) as ((value: string, previous: unknown) => unknown) | undefined
  if (parse === undefined) return
  const read = (value: string | undefined, previous: unknown): unknown => {
    try {
      // None is given where it is missing, which is told of already.
      return value === undefined ? value : parse(value, previous)
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error
      keep(`${begin(value ?? '')} ${error.message}`, error)
      return value
    }
  }
  of.parseArg = read as NonNullable<typeof of.parseArg>
}
