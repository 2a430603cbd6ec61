import type { CommanderError } from 'commander'

/**
 * What is wrong with a command line, in words that say what to do. Commander has only a text to tell the parts by; one
 * that it words otherwise some day is passed on as it is.
 */
export function parseProblem({ code, message }: CommanderError, verb: string | undefined): string {
  const text = message.replace(/^error: /, '')
  const worded = wordings[code]?.(text)
  const name = verb === undefined ? 'hale' : `hale ${verb}`
  return worded === undefined
    ? `${text}; ${name} --help shows what there is`
    : worded.replaceAll('{hale}', name)
}

const wordings: Readonly<Record<string, (text: string) => string | undefined>> = {
  'commander.unknownCommand': (text) =>
    reworded(text, /^unknown command '(.*?)'/, ([given]) =>
      told(`there is no verb ${quoted(given)}`, text, 'hale --help shows them'),
    ),
  'commander.unknownOption': (text) =>
    // What follows an equals sign may be a secret.
    reworded(text, /^unknown option '([^=]*?)[='].*/s, ([flag]) =>
      told(`there is no option ${flag}`, text, '{hale} --help shows them'),
    ),
  'commander.missingArgument': (text) =>
    reworded(text, /'(.*)'/, ([name]) => `<${name}> is missing; {hale} --help shows what it is`),
  'commander.optionMissingArgument': (text) =>
    reworded(
      text,
      /'(.*)'/,
      ([flags]) => `${longOf(flags)} needs a value: ${longOf(flags)} ${placeOf(flags)}`,
    ),
  'commander.missingMandatoryOptionValue': (text) =>
    reworded(text, /'(.*)'/, ([flags]) => `${longOf(flags)} ${placeOf(flags)} must be given`),
  'commander.excessArguments': (text) =>
    reworded(text, /Expected (\d+) .* got (\d+)/, ([most, given]) =>
      most === '0'
        ? `takes no arguments, and was given ${given}`
        : `takes at most ${most} argument${most === '1' ? '' : 's'}, and was given ${given}`,
    ),
  'commander.conflictingOption': (text) =>
    reworded(text, /'(.*?)' cannot be used with .*?'(.*?)'/, ([one, other]) => {
      return `${longOf(one)} cannot be given together with ${longOf(other)}: leave one of them out`
    }),
  'commander.invalidArgument': (text) => invalidOption(text) ?? invalidArgument(text),
}

function invalidOption(text: string): string | undefined {
  return reworded(text, /^option '(.*?)' argument '(.*)' is invalid\.\s*(.*)$/s, ([flags, given, reason]) =>
    invalid(longOf(flags), given, reason),
  )
}

function invalidArgument(text: string): string | undefined {
  const form = /^command-argument value '(.*)' is invalid for argument '(.*?)'\.\s*(.*)$/s
  return reworded(text, form, ([given, name, reason]) => invalid(`<${name}>`, given, reason))
}

function invalid(field: string, given: string | undefined, reason = ''): string {
  const choices = /^Allowed choices are (.*)\.$/.exec(reason)?.[1]
  // What was given is shown where the words are known ones only: another value may be a secret.
  return choices === undefined ? `${field} ${reason}` : `${field}: ${quoted(given)} is none of ${choices}`
}

function told(problem: string, text: string, help: string): string {
  const near = /Did you mean (?:one of )?(.*)\?\)/.exec(text)?.[1]
  return near === undefined
    ? `${problem}; ${help}`
    : `${problem}; did you mean ${near.replace(/, (?=[^,]*$)/, ' or ')}?`
}

function reworded(
  text: string,
  form: RegExp,
  word: (parts: readonly (string | undefined)[]) => string,
): string | undefined {
  const found = form.exec(text)
  return found === null ? undefined : word(found.slice(1))
}

function longOf(flags = ''): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags
}

function placeOf(flags = ''): string {
  return /[<[].*[>\]]/.exec(flags)?.[0] ?? ''
}

function quoted(text = ''): string {
  return JSON.stringify(text)
}
