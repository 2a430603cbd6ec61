import type { Grammar, OptionGrammar, VerbGrammar } from './grammar.ts'
import { flagsOf, quoted } from './quoting.ts'

/** A script for zsh, to be read by it or to lie in its `fpath` as `_hale`. */
export function zshCompletion({ verbs, options }: Grammar): string {
  return `#compdef hale
# hale's completion for zsh: source <(hale completion zsh)
_hale() {
  if ((CURRENT == 2)); then
    local -a verbs=(
${verbs.map(({ name, summary }) => `      ${quoted(`${name}:${summary}`)}`).join('\n')}
    )
    _describe -t verbs verb verbs
    _values -w option ${options.flatMap(flagsOf).map(quoted).join(' ')}
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

function verbCase({ name, options, choices }: VerbGrammar): string {
  const rest = choices.length === 0 ? '*:argument:_files' : `1:argument:(${choices.join(' ')})`
  const specs = [...options.flatMap(optionSpecs), quoted(rest)]
  return `    ${name}) _arguments -s ${specs.map((spec) => `\\\n      ${spec}`).join(' ')} ;;`
}

function optionSpecs(option: OptionGrammar): readonly string[] {
  const flags = flagsOf(option)
  // What is in brackets ends at a bracket, and a colon begins the value.
  const summary = option.summary.replace(/[[\]:\\]/g, '\\$&')
  const value =
    option.value === 'none'
      ? ''
      : option.value === 'choices'
        ? `:value:(${option.choices.join(' ')})`
        : ':value:_files'
  // An option may be given again, as some take several values in that way.
  return flags.map((flag) => quoted(`*${flag}[${summary}]${value}`))
}
