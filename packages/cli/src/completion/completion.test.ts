import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { Option } from 'commander'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { scriptProgram } from '../../../../tests/servers/real-terminal.ts'
import { createServerDirectory } from '../../../../tests/servers/server-directory.ts'
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

/** One whose words are known only when more of it is loaded. */
const guess: Verb = {
  ...strange,
  name: 'guess',
  define: (command) => command.argument('[target]'),
  words: async () => ['first', 'second'],
}
const verbs = [watch, strange, guess, completion]

async function script(shell: string): Promise<string> {
  const terminal = fakeTerminal()
  expect(await runCommandLine(['completion', shell], terminal, verbs)).toBe(0)
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

/** What is typed, of which Tab makes the rest, and what the command gets then. */
const typed: readonly (readonly [keys: string, becomes: string])[] = [
  ['comp\t', 'completion'],
  ['watch --inte\t', 'watch --interval'],
  ['watch --token-file own-t\t', 'watch --token-file own-token.txt'],
  // An endpoint is no file.
  ['watch own-t\t', 'watch own-t'],
  ['watch --interval own-t\t', 'watch --interval own-t'],
  ['strange own-t\t', 'strange own-token.txt'],
  ['strange --format te\t', 'strange --format text'],
  ['strange -f js\t', 'strange -f json'],
  ['strange --format=js\t', 'strange --format=json'],
  ['completion z\t', 'completion zsh'],
  ['guess se\t', 'guess second'],
  ['help str\t', 'help strange'],
  ['--vers\t', '--version'],
]
const files = createServerDirectory('completion')
writeFileSync(`${files.path}/own-token.txt`, 'secret')
afterAll(() => files.remove())

/** What `hale` got of each line, typed into a shell that a person could sit at. */
async function got(shell: string, args: string, setUp: readonly string[]): Promise<readonly string[]> {
  writeFileSync(`${files.path}/${shell}.rc`, `${setUp.join('\n')}\n`)
  const child = spawn(scriptProgram.program, ['-qec', `stty -echo; ${args}`, '/dev/null'], {
    cwd: files.path,
    env: { PATH: process.env.PATH, TERM: 'dumb', LANG: 'C.UTF-8', HOME: files.path, SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  // A line each time that the shell asks for one: keys before it does are not its own.
  for (const [index, [keys]] of [...typed, ['exit']].entries()) {
    await vi.waitFor(() => expect(said.split('READY>').length).toBeGreaterThan(index + 1), {
      timeout: 10_000,
      interval: 10,
    })
    child.stdin.write(keys === 'exit' ? 'exit\n' : `hale ${keys}\n`)
  }
  await once(child, 'close')
  return [...said.matchAll(/GOT:(.*?):END/g)].map(([, words = '']) => words.trim())
}

whenProvided(scriptProgram, 'typed at a terminal', () => {
  const wanted = typed.map(([, becomes]) => becomes)

  it('is completed by bash', async () => {
    const setUp = [await script('bash'), `hale() { echo "GOT:$*:END"; }`, `PS1='READY>'`, 'set +o history']
    expect(await got('bash', 'exec bash --noprofile --rcfile bash.rc -i', setUp)).toEqual(wanted)
  })

  whenProvided({ name: 'zsh', program: 'zsh', debianPackage: 'zsh' }, 'zsh', () => {
    it('is completed by zsh', async () => {
      const setUp = [
        'autoload -Uz compinit; compinit -D -u',
        await script('zsh'),
        `hale() { print -r -- "GOT:$*:END" }`,
        `PS1='READY>'; unset zle_bracketed_paste`,
      ]
      const start = `ln -s zsh.rc .zshrc; exec zsh -d -i`
      expect(await got('zsh', start, setUp)).toEqual(wanted)
    })
  })
})

const fish = { name: 'fish', program: 'fish', debianPackage: 'fish' }
whenProvided(fish, 'fish', () => {
  it('offers what bash and zsh complete', async () => {
    const setUp = `${await script('fish')}
for line in ${typed.map(([keys]) => `'hale ${keys.trimEnd()}'`).join(' ')}
  echo "LINE:"; complete -C $line
end
`
    const { stdout, stderr } = spawnSync(fish.program, ['--no-config', '-c', setUp], {
      encoding: 'utf8',
      cwd: files.path,
    })
    expect(stderr).toBe('')
    const offers = stdout.split('LINE:\n').slice(1)
    const words = offers.map((text) => text.split('\n').map((line) => line.split('\t')[0] ?? ''))
    for (const [index, [keys, becomes]] of typed.entries()) {
      const nothing = becomes === keys.trimEnd()
      expect(words[index], keys).toEqual(nothing ? [''] : expect.arrayContaining([becomes.split(' ').at(-1)]))
    }
  })
})

it('says which shells there are', async () => {
  const terminal = fakeTerminal()
  expect(await runCommandLine(['completion', 'tcsh'], terminal, [completion])).toBe(2)
  expect(terminal.said.err).toBe('hale completion: <shell>: "tcsh" is none of bash, zsh, fish\n')
})
