import { Option } from 'commander'
import { describe, expect, it } from 'vitest'
import { verbs as allVerbs } from '../verbs/index.ts'
import { duration } from './duration.ts'
import { fakeTerminal } from './fake-terminal.ts'
import { runCommandLine } from './run.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'
import type { Given, Verb } from './verb.ts'
import { version } from './version.ts'

const asked: Given<object>[] = []
let act: (terminal: Terminal) => Promise<number> = async () => 0

const watch: Verb = {
  name: 'watch',
  summary: 'Watch endpoints',
  define: (command) =>
    command
      .argument('<url...>', 'what to watch')
      .option('--interval <duration>', 'how often', duration({ leastMs: 100, mostMs: 60_000 }), 2000)
      .addOption(new Option('-f, --format <format>', 'how').choices(['text', 'json']))
      .addOption(new Option('--once', 'one time').conflicts('interval')),
  examples: [
    { line: 'hale watch http://127.0.0.1:9400', does: 'Watch one' },
    { line: 'hale watch http://a http://b', does: 'Watch two' },
  ],
  load: async () => ({
    run: async (given, terminal) => {
      asked.push(given)
      return act(terminal)
    },
    check: ({ args }) => {
      const wrong = args.filter((url) => url.startsWith('ftp:'))
      if (wrong.length > 0) throw new UsageError(wrong.map(() => '<url> is asked by ftp'))
    },
  }),
}
const probe: Verb = {
  ...watch,
  name: 'probe',
  summary: 'Ask once',
  examples: [{ line: 'hale probe http://127.0.0.1:9400', does: 'Ask' }],
  define: (command) => command.argument('[url]').requiredOption('--status <codes>', 'which'),
  usageExitCode: 3,
}

async function hale(argv: readonly string[], given: Partial<Terminal> = {}) {
  const terminal = fakeTerminal(given)
  const code = await runCommandLine(argv, terminal, [probe, watch])
  return { code, ...terminal.said }
}

describe('help', () => {
  it('is shown by hale alone, by --help, -h and help, and is no failure', async () => {
    const alone = await hale([])
    expect(alone).toMatchObject({ code: 0, err: '' })
    expect(alone.out).toMatch(/Usage: hale <verb>/)
    expect(alone.out).toMatch(/Verbs:\n +probe \[url\] +Ask once\n +watch <url\.\.\.> +Watch endpoints/)
    // The first example of each.
    expect(alone.out).toContain('# Watch one\n  hale watch http://127.0.0.1:9400\n')
    expect(alone.out).not.toContain('Watch two')
    for (const argv of [['--help'], ['-h'], ['help'], ['help', 'help']])
      expect(await hale(argv)).toEqual(alone)
  })

  it('of a verb has its options and all its examples', async () => {
    const own = await hale(['watch', '--help'])
    expect(own).toMatchObject({ code: 0, err: '' })
    expect(own.out).toMatch(/^Usage: hale watch \[options\] <url\.\.\.>\n\nWatch endpoints\.\n/)
    expect(own.out).toContain('--interval <duration>')
    expect(own.out).toMatch(/Examples:\n {2}# Watch one\n.*\n\n {2}# Watch two\n.*\n/)
    expect(await hale(['help', 'watch'])).toEqual(own)
  })

  it.each([40, 60, 80, 120])(
    'keeps to the %i columns of the terminal, but for lines to paste',
    async (columns) => {
      for (const name of [undefined, ...allVerbs.map((verb) => verb.name)]) {
        const terminal = fakeTerminal({ columns })
        expect(await runCommandLine([...(name ? [name] : []), '--help'], terminal, allVerbs)).toBe(0)
        const lines = terminal.said.out
          .split('\n')
          .filter((line) => !/^ {2}(hale|\w+=|eval|source|helm) /.test(line))
        for (const line of lines) expect.soft(line.length, line).toBeLessThanOrEqual(columns)
      }
    },
  )

  it('of every verb has more than one example', () => {
    for (const { name, examples } of allVerbs) expect(examples.length, name).toBeGreaterThan(1)
  })

  it('tells what examples are for in one way: no sentence, so no capital and no full stop', () => {
    for (const { does } of allVerbs.flatMap(({ examples }) => examples))
      expect.soft(does).toMatch(/^[a-z].*[^.]$/)
  })

  it.each(allVerbs.flatMap(({ examples }) => examples))(
    'has an example that is taken: $line',
    async ({ line }) => {
      const words = /\bhale ?([^|>)"]*)/.exec(line)?.[1]?.trim().split(/\s+/) ?? []
      const untried = allVerbs.map((verb) => ({ ...verb, load: async () => ({ run: async () => 0 }) }))
      const terminal = fakeTerminal()
      expect({ code: await runCommandLine(words, terminal, untried), err: terminal.said.err }).toEqual({
        code: 0,
        err: '',
      })
    },
  )

  it('has styles where the terminal wants them', async () => {
    let written = ''
    const out = (text: string) => {
      written += text
    }
    await hale(['--help'], { out, style: (style, text) => `<${style}>${text}</${style}>` })
    expect(written).toContain('<bold>Verbs:</bold>')
    expect(written).toContain('<cyan>watch <url...></cyan>')
  })
})

it.each(['--version', '-V'])('%s says the version and nothing else', async (flag) => {
  expect(await hale([flag])).toEqual({ code: 0, out: `${version()}\n`, err: '' })
  expect(version()).toMatch(/^\d+\.\d+\.\d+/)
})

it('hands a verb its arguments and options, and its exit code back', async () => {
  act = async () => 7
  expect(await hale(['watch', 'http://a', 'http://b', '--interval', '1.5s'])).toMatchObject({
    code: 7,
    err: '',
  })
  expect(asked.pop()).toMatchObject({ args: ['http://a', 'http://b'], options: { interval: 1500 } })
})

describe('a wrong command line', () => {
  it.each([
    [['wtach', 'x'], 'hale: there is no verb "wtach"; did you mean watch?'],
    [['xyzzy'], 'hale: there is no verb "xyzzy"; hale --help shows them'],
    [['help', 'prob'], 'hale: there is no verb "prob"; did you mean probe?'],
    [['prob', '--help'], 'hale: there is no verb "prob"; did you mean probe?'],
    [['--colour'], 'hale: there is no option --colour; hale --help shows them'],
    [['watch'], 'hale watch: <url> is missing; hale watch --help shows what it is'],
    [['watch', 'x', '--intervl', '2s'], 'hale watch: there is no option --intervl; did you mean --interval?'],
    [['watch', 'x', '--interval'], 'hale watch: --interval needs a value: --interval <duration>'],
    [['watch', 'x', '-f', 'xml'], 'hale watch: --format: "xml" is none of text, json'],
    [
      ['watch', 'x', '--once', '--interval', '2s'],
      'hale watch: --once cannot be given together with --interval: leave one of them out',
    ],
    [
      ['watch', 'x', '--interval', '2'],
      'hale watch: --interval takes a duration from 100ms to 1m, such as 500ms, 2s or 1m30s; a number needs its unit',
    ],
    [
      ['watch', 'x', '--interval', '1h'],
      'hale watch: --interval takes a duration from 100ms to 1m, such as 500ms, 2s or 1m30s; it was given 1h',
    ],
  ])('%j: %s', async (argv, text) => {
    expect(await hale(argv)).toEqual({ code: 2, out: '', err: `${text}\n` })
    expect(asked).toEqual([])
  })

  it.each([
    [['probe'], 'hale probe: --status <codes> must be given'],
    [['probe', 'a', 'b', '--status', '200'], 'hale probe: takes at most 1 argument, and was given 2'],
  ])('has the exit code that its verb says: %j', async (argv, text) => {
    expect(await hale(argv)).toEqual({ code: 3, out: '', err: `${text}\n` })
  })

  it.each([
    [
      ['watch', '--interval', '2', '-f', 'xml'],
      [
        '--interval takes a duration from 100ms to 1m, such as 500ms, 2s or 1m30s; a number needs its unit',
        '--format: "xml" is none of text, json',
        '<url> is missing; hale watch --help shows what it is',
      ],
    ],
    [
      ['watch', '--once', '-f', 'xml', '--interval', '2s', 'ftp://x'],
      [
        '--format: "xml" is none of text, json',
        '--once cannot be given together with --interval: leave one of them out',
        '<url> is asked by ftp',
      ],
    ],
    // Words after an unknown option may be its value: nothing is said of them.
    [
      ['watch', 'x', '--intervl', 'ftp://x', '--token=planted-Secret', '-f', 'xml'],
      [
        '--format: "xml" is none of text, json',
        'there is no option --intervl; did you mean --interval?',
        'there is no option --token; hale watch --help shows them',
      ],
    ],
    [['watch', 'x', '--once=yes'], ['--once takes no value']],
  ])('is told with all its problems by grammar and verb: %j', async (argv, problems) => {
    const err = problems.map((problem) => `hale watch: ${problem}\n`).join('')
    expect(await hale(argv)).toEqual({ code: 2, out: '', err })
    expect(asked).toEqual([])
  })

  it('is told with all its problems by the verb', async () => {
    act = async () => {
      throw new UsageError(['<url>: one', '--interval: two'])
    }
    const err = 'hale watch: <url>: one\nhale watch: --interval: two\n'
    expect(await hale(['watch', 'x'])).toEqual({ code: 2, out: '', err })
    asked.pop()
  })
})

describe('a verb that fails', () => {
  it('says why in one line, and where when asked to', async () => {
    act = async () => {
      throw new Error('the disk is full')
    }
    expect(await hale(['watch', 'x'])).toEqual({ code: 1, out: '', err: 'hale watch: the disk is full\n' })
    const debug = await hale(['watch', 'x'], { env: { HALE_DEBUG: '1' } })
    expect(debug.err).toMatch(/^hale watch: the disk is full\nError: the disk is full\n +at /)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['EPIPE', 141],
  ])('because of %s is not talked about', async (signal, code) => {
    const ended = new AbortController()
    act = async () => {
      ended.abort(signal)
      throw new Error('aborted')
    }
    expect(await hale(['watch', 'x'], { signal: ended.signal })).toEqual({ code, out: '', err: '' })
  })

  it('fails when it is loaded, too', async () => {
    const terminal = fakeTerminal()
    const load = () => Promise.reject(new Error('no such module'))
    expect(await runCommandLine(['watch', 'x'], terminal, [{ ...watch, load }])).toBe(1)
    expect(terminal.said.err).toBe('hale watch: no such module\n')
  })
})
