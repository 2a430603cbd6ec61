import type { Terminal } from '../command/terminal.ts'
import type { Given } from '../command/verb.ts'
import { bashCompletion } from './bash.ts'
import { fishCompletion } from './fish.ts'
import { type Grammar, grammarOf } from './grammar.ts'
import { zshCompletion } from './zsh.ts'

const scripts: Readonly<Record<string, (grammar: Grammar) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

/** `hale completion <shell>`: writes the script that the shell is to read. */
export async function run({ args, program, verbs = [] }: Given<object>, terminal: Terminal): Promise<number> {
  const script = scripts[args[0] ?? '']
  if (script === undefined || program === undefined) throw new RangeError('no shell, or nothing to complete')
  terminal.out(script(await grammarOf(program, verbs)))
  return 0
}
