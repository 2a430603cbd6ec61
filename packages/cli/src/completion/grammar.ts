import type { Command, Option } from 'commander'
import type { Verb } from '../command/verb.ts'

/** The words of a command line, as completion needs them. */
export interface Grammar {
  readonly verbs: readonly VerbGrammar[]
  readonly options: readonly OptionGrammar[]
}

export interface VerbGrammar {
  readonly name: string
  readonly summary: string
  readonly options: readonly OptionGrammar[]
  /** The words that its first argument may be; none where it is free. */
  readonly choices: readonly string[]
  /** Whether its arguments are files. */
  readonly takesFiles: boolean
}

export interface OptionGrammar {
  readonly long?: string
  readonly short?: string
  readonly summary: string
  /** What stands behind it; nobody can guess what is free, such as a duration. */
  readonly value: 'none' | 'free' | 'files' | 'choices'
  readonly choices: readonly string[]
}

/** Read from the program itself, so that completion knows what the command line takes. */
export async function grammarOf(program: Command, given: readonly Verb[]): Promise<Grammar> {
  const verbs = await Promise.all(
    program.commands.map((command) =>
      verbOf(
        command,
        given.find(({ name }) => name === command.name()),
      ),
    ),
  )
  const help: VerbGrammar = {
    name: 'help',
    summary: 'help for a verb',
    options: [],
    choices: verbs.map(({ name }) => name),
    takesFiles: false,
  }
  return { verbs: [...verbs, help], options: optionsOf(program) }
}

async function verbOf(command: Command, verb: Verb | undefined): Promise<VerbGrammar> {
  const [first] = command.registeredArguments
  return {
    name: command.name(),
    summary: command.summary(),
    options: optionsOf(command),
    choices: first?.argChoices ?? (await verb?.words?.()) ?? [],
    takesFiles: namesFiles(first?.name()),
  }
}

function optionsOf(command: Command): readonly OptionGrammar[] {
  return command.createHelp().visibleOptions(command).map(optionOf)
}

function optionOf(option: Option): OptionGrammar {
  const { long, short, description, argChoices } = option
  return {
    ...(long && { long }),
    ...(short && { short }),
    summary: description,
    value: whatFollows(option),
    choices: argChoices ?? [],
  }
}

function whatFollows({ flags, argChoices, required, optional }: Option): OptionGrammar['value'] {
  if (argChoices !== undefined) return 'choices'
  if (!required && !optional) return 'none'
  // The path of a URL is none of a file's.
  return namesFiles(/[<[](.*?)[>\]]/.exec(flags)?.[1]) && !/-path\b/.test(flags) ? 'files' : 'free'
}

/** By the word that stands for it in help. */
function namesFiles(placeholder: string | undefined): boolean {
  return /^(file|dir|path)(\.\.\.)?$/.test(placeholder ?? '')
}
