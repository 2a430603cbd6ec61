import type { Command, Option } from 'commander'

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
}

export interface OptionGrammar {
  readonly long?: string
  readonly short?: string
  readonly summary: string
  readonly value: 'none' | 'free' | 'choices'
  readonly choices: readonly string[]
}

/** Read from the program itself, so that completion knows what the command line takes. */
export function grammarOf(program: Command): Grammar {
  const verbs = program.commands.map(verbOf)
  const help: VerbGrammar = {
    name: 'help',
    summary: 'help for a verb',
    options: [],
    choices: verbs.map(({ name }) => name),
  }
  return { verbs: [...verbs, help], options: optionsOf(program) }
}

function verbOf(command: Command): VerbGrammar {
  return {
    name: command.name(),
    summary: command.summary(),
    options: optionsOf(command),
    choices: command.registeredArguments[0]?.argChoices ?? [],
  }
}

function optionsOf(command: Command): readonly OptionGrammar[] {
  return command.createHelp().visibleOptions(command).map(optionOf)
}

function optionOf({ long, short, description, argChoices, required, optional }: Option): OptionGrammar {
  return {
    ...(long && { long }),
    ...(short && { short }),
    summary: description,
    value: argChoices ? 'choices' : required || optional ? 'free' : 'none',
    choices: argChoices ?? [],
  }
}
