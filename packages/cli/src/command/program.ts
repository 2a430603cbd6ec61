import { Command, CommanderError } from 'commander'
import { everyProblem } from './every-problem.ts'
import { formatItem, wrapped } from './help-layout.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'
import type { Verb } from './verb.ts'
import { version } from './version.ts'

/** The whole grammar of the command line: what help, completion and runs are made of. */
export function createProgram(
  terminal: Terminal,
  onExit: (code: number) => void,
  verbs: readonly Verb[],
): Command {
  const program = new Command('hale')
    .usage('<verb> [options]')
    .description('Health of services, on the command line: ask, serve, watch, configure and examine.')
    .option('-V, --version', 'the version of this command')
    .helpOption('-h, --help', 'this help, or that of a verb')
    .helpCommand('help [verb]', 'help for a verb')
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      // run.ts says what is wrong, in words of our own.
      outputError: () => undefined,
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
      // The terminal decides, and gives texts back as they are where it wants no colours.
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    })
    .configureHelp({
      minWidthToWrap: 20,
      formatItem,
      styleTitle: (text) => terminal.style('bold', text.replace('Commands:', 'Verbs:')),
      styleCommandText: (text) => terminal.style('bold', text),
      styleOptionTerm: (text) => terminal.style('cyan', text),
      styleSubcommandTerm: (text) => terminal.style('cyan', text),
      styleArgumentTerm: (text) => terminal.style('cyan', text),
      // A verb's options are on its own page.
      subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(termOf)].join(' '),
    })
    .exitOverride()
    .addHelpText('after', () => footer(verbs, terminal))
  program.on('option:version', () => {
    const text = version()
    terminal.out(`${text}\n`)
    throw new CommanderError(0, 'commander.version', text)
  })
  for (const verb of verbs) program.addCommand(commandOf(verb, verbs, program, terminal, onExit))
  return program
}

function commandOf(
  verb: Verb,
  verbs: readonly Verb[],
  program: Command,
  terminal: Terminal,
  onExit: (code: number) => void,
): Command {
  // addCommand copies nothing: without this a verb would write past the terminal and end the process.
  const command = verb
    .define(new Command(verb.name).copyInheritedSettings(program))
    .helpOption('-h, --help', 'this help')
    .summary(verb.summary)
    .addHelpText('after', () => examplesOf([verb], verb.examples.length, terminal))
  if (command.description() === '') command.description(sentence(verb.summary))
  const ofGrammar = everyProblem(command)
  return command.action(async () => {
    const { run, check } = await verb.load()
    const given = { options: command.opts(), program, verbs }
    const { problems, argsKnown } = ofGrammar()
    if (problems.length > 0) {
      const args = argsKnown ? command.args : []
      const others = await problemsOf(async () => check?.({ ...given, args }, terminal))
      throw new UsageError([...problems, ...others])
    }
    onExit(await run({ ...given, args: command.args }, terminal))
  })
}

async function problemsOf(check: () => Promise<void>): Promise<readonly string[]> {
  try {
    await check()
    return []
  } catch (error) {
    if (error instanceof UsageError) return error.problems
    throw error
  }
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
}

function termOf(argument: Command['registeredArguments'][number]): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}

function examplesOf(verbs: readonly Verb[], most: number, terminal: Terminal): string {
  const lines = verbs
    .flatMap(({ examples }) => examples.slice(0, most))
    // A line to paste is left whole, however narrow the terminal is.
    .map(({ line, does }) => `${terminal.style('dim', wrapped(does, terminal.columns, '  # '))}\n  ${line}`)
  return lines.length === 0 ? '' : `\n${terminal.style('bold', 'Examples:')}\n${lines.join('\n\n')}\n`
}

function footer(verbs: readonly Verb[], terminal: Terminal): string {
  const more = wrapped(`hale <verb> --help shows a verb's options, with more examples.`, terminal.columns)
  return `${examplesOf(verbs, 1, terminal)}\n${more}`
}
