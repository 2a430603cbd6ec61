import type { Grammar, OptionGrammar, VerbGrammar } from './grammar.ts'
import { flagsOf, quoted } from './quoting.ts'

/** A script for bash. Where it knows no word, bash offers files, which most arguments here are. */
export function bashCompletion({ verbs, options }: Grammar): string {
  const first = [...verbs.map(({ name }) => name), ...options.flatMap(flagsOf)]
  return `# hale's completion for bash: eval "$(hale completion bash)"
_hale() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    ${reply(first)}
    return
  fi
  case \${COMP_WORDS[1]} in
${verbs.map(verbCase).join('\n')}
  esac
}
complete -o bashdefault -o default -F _hale hale
`
}

function verbCase({ name, options, choices }: VerbGrammar): string {
  const valued = options.filter(({ value }) => value !== 'none')
  const values =
    valued.length === 0
      ? ''
      : `      case $prev in
${valued.map(valueCase).join('\n')}
      esac
`
  const words = choices.length === 0 ? '' : `      if ((COMP_CWORD == 2)); then ${reply(choices)}; fi\n`
  return `    ${name})
${values}      if [[ $cur == -* ]]; then
        ${reply(options.flatMap(flagsOf))}
        return
      fi
${words}      ;;`
}

function valueCase(option: OptionGrammar): string {
  const words = option.choices.length === 0 ? '' : `${reply(option.choices)}; `
  return `        ${flagsOf(option).join('|')}) ${words}return ;;`
}

function reply(words: readonly string[]): string {
  // One word a line, and split at lines alone: words may hold spaces.
  return `local IFS=$'\\n'; COMPREPLY=($(compgen -W ${quoted(words.join('\n'))} -- "$cur"))`
}
