import type { Grammar, OptionGrammar, VerbGrammar } from './grammar.ts'
import { flagsOf, quoted } from './quoting.ts'

/** A script for zsh, to be read by it or to lie in its `fpath` as `_hale`. */
export function zshCompletion({ verbs, options }: Grammar): string {
  const described = (lines: readonly string[]): string =>
    lines.map((line) => `      ${quoted(line)}`).join('\n')
  return `#compdef hale
# hale's completion for zsh: source <(hale completion zsh)
_hale() {
  if ((CURRENT == 2)); then
    local -a verbs=(
${described(verbs.map(({ name, summary }) => `${name}:${summary}`))}
    ) options=(
${described(options.flatMap((option) => flagsOf(option).map((flag) => `${flag}:${option.summary}`)))}
    )
    _describe -t verbs verb verbs
    _describe -o -t options option options
    return
  fi
  local verb=$words[2]
  shift words
  ((CURRENT--))
  case $verb in
${verbs.map(verbCase).join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _hale "$@"; else compdef _hale hale; fi
`
}

function verbCase({ name, options, choices, takesFiles }: VerbGrammar): string {
  // Where nothing is offered, nothing is done: a blank would be a message, which keeps options from being completed.
  const rest =
    choices.length > 0
      ? `1:argument:(${choices.join(' ')})`
      : `*:argument:${takesFiles ? '_files' : '{true}'}`
  const specs = [...options.flatMap(optionSpecs), quoted(rest)]
  return `    ${name}) _arguments -s ${specs.map((spec) => `\\\n      ${spec}`).join(' ')} ;;`
}

function optionSpecs(option: OptionGrammar): readonly string[] {
  // What is in brackets ends at a bracket, and a colon begins the value.
  const summary = option.summary.replace(/[[\]:\\]/g, '\\$&')
  const value = {
    none: '',
    // A value that is not offered, and no other word in its place.
    free: ':value: ',
    files: ':value:_files',
    choices: `:value:(${option.choices.join(' ')})`,
  }[option.value]
  // An option may be given again, as some take several values in that way.
  return flagsOf(option).map((flag) => {
    // With = the value may stand behind one, or be the next word.
    const assigned = option.value !== 'none' && flag.startsWith('--') ? '=' : ''
    return quoted(`*${flag}${assigned}[${summary}]${value}`)
  })
}
