import type { Grammar, OptionGrammar, VerbGrammar } from './grammar.ts'
import { flagsOf, quoted } from './quoting.ts'

/** A script for bash. Where it replies nothing, bash offers files, unless it is told not to. */
export function bashCompletion({ verbs, options }: Grammar): string {
  const first = [...verbs.map(({ name }) => name), ...options.flatMap(flagsOf)]
  return `# hale's completion for bash: eval "$(hale completion bash)"
_hale() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  # --option=value is three words here.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  if ((COMP_CWORD == 1)); then
    ${noFiles}
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

/** Where bash is too old for it, files are offered all the same. */
const noFiles = 'compopt +o default +o bashdefault 2>/dev/null'

function verbCase({ name, options, choices, takesFiles }: VerbGrammar): string {
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
        ${noFiles}
        ${reply(options.flatMap(flagsOf))}
        return
      fi
${words}${takesFiles ? '' : `      ${noFiles}\n`}      ;;`
}

function valueCase(option: OptionGrammar): string {
  const does = {
    none: [],
    files: [],
    free: [noFiles],
    choices: [noFiles, reply(option.choices)],
  }[option.value]
  return `        ${flagsOf(option).join('|')}) ${[...does, 'return'].join('; ')} ;;`
}

function reply(words: readonly string[]): string {
  // One word a line, and split at lines alone: words may hold spaces.
  return `local IFS=$'\\n'; COMPREPLY=($(compgen -W ${quoted(words.join('\n'))} -- "$cur"))`
}
