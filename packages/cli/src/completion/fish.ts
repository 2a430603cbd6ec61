import type { Grammar, OptionGrammar, VerbGrammar } from './grammar.ts'

/** A script for fish, to be read by it or to lie in `~/.config/fish/completions/hale.fish`. */
export function fishCompletion({ verbs, options }: Grammar): string {
  const first = verbs.map(
    ({ name, summary }) =>
      `complete -c hale -f -n __fish_use_subcommand -a ${word(name)} -d ${word(summary)}`,
  )
  const global = options.map((option) => `complete -c hale -n __fish_use_subcommand${optionOf(option)}`)
  return `# hale's completion for fish: hale completion fish | source
${[...first, ...global, ...verbs.flatMap(verbLines)].join('\n')}
`
}

function verbLines({ name, options, choices, takesFiles }: VerbGrammar): readonly string[] {
  const begin = `complete -c hale -n ${word(`__fish_seen_subcommand_from ${name}`)}`
  const words = choices.length === 0 ? '' : ` -a ${word(choices.join(' '))}`
  const args = takesFiles ? [] : [`${begin} -f${words}`]
  return [...args, ...options.map((option) => `${begin}${optionOf(option)}`)]
}

function optionOf({ short, long, summary, value, choices }: OptionGrammar): string {
  return [
    '',
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    ...(long === undefined ? [] : [`-l ${long.slice(2)}`]),
    // Files are offered behind -r with -F alone, since arguments that are none forbid them otherwise.
    ...{ none: [], free: ['-x'], files: ['-r -F'], choices: [`-x -a ${word(choices.join(' '))}`] }[value],
    `-d ${word(summary)}`,
  ].join(' ')
}

function word(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
