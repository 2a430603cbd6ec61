import { execFileSync, spawnSync } from 'node:child_process'
import { Option } from 'commander'
import { describe, expect, it } from 'vitest'
import { whenProvided } from '../../../../tests/servers/when-provided.ts'
import { fakeTerminal } from '../command/fake-terminal.ts'
import { runCommandLine } from '../command/run.ts'
import type { Verb } from '../command/verb.ts'
import { completion } from '../verbs/completion.ts'
import { watch } from '../verbs/watch.ts'

const strange: Verb = {
  name: 'strange',
  summary: "what a shell's quotes: [would] $(break)",
  define: (command) =>
    command
      .argument('[file]')
      .addOption(new Option('-f, --format <format>', "it's `one`: [of] \\ these").choices(['text', 'json'])),
  examples: [],
  load: () => Promise.reject(new Error('never run')),
}

async function script(shell: string): Promise<string> {
  const terminal = fakeTerminal()
  expect(await runCommandLine(['completion', shell], terminal, [watch, strange, completion])).toBe(0)
  return terminal.said.out
}

/** What bash would offer for the last of these words. */
function offered(bash: string, ...words: string[]): readonly string[] {
  const line = `${bash}
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_hale
printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['--norc', '-uc', line, 'bash', 'hale', ...words], { encoding: 'utf8' })
    .split('\n')
    .filter((word) => word !== '')
}

describe('in bash', () => {
  it('is registered for hale', async () => {
    const told = execFileSync('bash', ['--norc', '-uc', `${await script('bash')}\ncomplete -p hale`], {
      encoding: 'utf8',
    })
    expect(told).toBe('complete -o bashdefault -o default -F _hale hale\n')
  })

  it('offers verbs, options, and the words that they take', async () => {
    const bash = await script('bash')
    expect(offered(bash, '')).toEqual(
      expect.arrayContaining(['watch', 'strange', 'completion', 'help', '--version']),
    )
    expect(offered(bash, 'wa')).toEqual(['watch'])
    expect(offered(bash, 'watch', '--in')).toEqual(['--interval', '--insecure'])
    expect(offered(bash, 'watch', 'localhost', '--o')).toEqual(['--once'])
    // What comes after is a duration, which nobody can guess.
    expect(offered(bash, 'watch', '--interval', '')).toEqual([])
    expect(offered(bash, 'strange', '-f', '')).toEqual(['text', 'json'])
    expect(offered(bash, 'strange', '')).toEqual([])
    expect(offered(bash, 'completion', 'z')).toEqual(['zsh'])
    expect(offered(bash, 'completion', 'zsh', '')).toEqual([])
    expect(offered(bash, 'help', 'st')).toEqual(['strange'])
    expect(offered(bash, 'nothing', '--')).toEqual([])
  })
})

describe.each([
  { shell: 'zsh', check: ['-n'] },
  { shell: 'fish', check: ['--no-execute'] },
])('in $shell', ({ shell, check }) => {
  whenProvided({ name: shell, program: shell, debianPackage: shell }, 'the shell itself', () => {
    it('takes the script', async () => {
      const { status, stderr } = spawnSync(shell, [...check, '-c', await script(shell)], { encoding: 'utf8' })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    })
  })

  it('has every verb and every option', async () => {
    const text = await script(shell)
    for (const word of ['watch', 'strange', 'help', 'interval', 'token-file', 'insecure', 'format'])
      expect(text).toContain(word)
  })
})

const fish = { name: 'fish', program: 'fish', debianPackage: 'fish' }
whenProvided(fish, 'fish', () => {
  it('offers verbs, options, and the words that they take', async () => {
    const commands = `${await script('fish')}
for line in 'hale wa' 'hale watch --in' 'hale strange -f ' 'hale completion z'
  complete -C $line
end
`
    const { stdout, stderr } = spawnSync(fish.program, ['--no-config', '-c', commands], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout.split('\n').map((line) => line.split('\t')[0])).toEqual(
      expect.arrayContaining(['watch', '--insecure', '--interval', 'text', 'json', 'zsh']),
    )
  })
})

it('says which shells there are', async () => {
  const terminal = fakeTerminal()
  expect(await runCommandLine(['completion', 'tcsh'], terminal, [completion])).toBe(2)
  expect(terminal.said.err).toBe('hale completion: <shell>: "tcsh" is none of bash, zsh, fish\n')
})
