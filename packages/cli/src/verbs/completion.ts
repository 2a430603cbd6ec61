import { Argument } from 'commander'
import type { Verb } from '../command/verb.ts'

export const completion: Verb = {
  name: 'completion',
  summary: 'write the script that completes command lines in a shell',
  define: (command) =>
    command.addArgument(new Argument('<shell>', 'the shell to write for').choices(['bash', 'zsh', 'fish'])),
  examples: [
    { line: 'eval "$(hale completion bash)"', does: 'in bash, for this session; in ~/.bashrc, for all' },
    { line: 'source <(hale completion zsh)', does: 'in zsh, after compinit' },
    {
      line: 'hale completion fish > ~/.config/fish/completions/hale.fish',
      does: 'in fish, for all sessions',
    },
  ],
  load: () => import('../completion/run.ts'),
}
