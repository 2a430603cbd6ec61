import { splitAsShellsDo } from './start.ts'

/** What stands between the signal to end and the service. */
export interface InFront {
  readonly by: 'shell' | 'npm' | 'npx' | 'yarn'
  /** What was started by it. */
  readonly command: string
  /** False where it depends on what cannot be seen: which shell `sh` is, which Yarn. */
  readonly known: boolean
  /** Every shell waits for the end of a pipe. */
  readonly piped?: true
}

/**
 * What `sh` does when it comes to its last command: dash starts it and waits, bash and the shell of busybox are
 * replaced by it. Tried as process 1 with Debian's dash 0.5.12, bash 5.2 and busybox 1.35.
 */
export type Sh = 'waits' | 'is replaced' | undefined

const ALPINE = /alpine|busybox/
const BASH = /(?:^|\/)(?:amazonlinux|fedora|centos|rockylinux|almalinux|archlinux|ubi\d*(?:-\w+)*)(?::|@|$)/
const DASH =
  /^(?:docker\.io\/)?(?:library\/)?(?:node|python|ruby|golang|php|openjdk|eclipse-temurin|debian|ubuntu|buildpack-deps)(?::|@|$)/

export function shOf(image: string | undefined): Sh {
  if (image === undefined) return undefined
  if (ALPINE.test(image) || BASH.test(image)) return 'is replaced'
  return DASH.test(image) && !/windows|nanoserver|ubi|oracle/.test(image) ? 'waits' : undefined
}

/** What hands the signal to its child, and to nobody behind that; and scripts that end in `exec "$@"` by custom. */
const INIT = /^(?:tini(?:-static)?|docker-init|dumb-init|catatonit|(?:docker-)?entrypoint(?:\.sh)?)$/
const SHELL = /^(?:sh|bash|dash|ash|zsh)$/
/** What ends by itself has nothing to drain, and what is for developers nobody rolls. */
const NOT_SERVING = /(?:^|[\s:/_-])(?:dev|watch|test|build|migrat\w*|seed|lint|install|ci)(?=$|[\s:._-])/

/** A start that is longer is a program of its own, which nobody here follows. */
const MOST_CHARACTERS = 16_384

export function inFrontOf(words: readonly string[], sh: Sh): InFront | undefined {
  if (words.reduce((sum, { length }) => sum + length + 1, 0) > MOST_CHARACTERS) return undefined
  const [program = '', ...args] = withoutInit(words)
  const name = nameOf(program)
  if (!SHELL.test(name)) return managerIn(name, args, sh)
  const at = args.findIndex((word) => /^-[a-z]*c$/.test(word))
  // What a file of its own does cannot be seen here.
  if (at === -1) return undefined
  const kind = name === 'sh' ? sh : name === 'dash' ? 'waits' : 'is replaced'
  return inScript(args[at + 1] ?? '', kind, sh)
}

function withoutInit(words: readonly string[]): readonly string[] {
  const [program = '', ...rest] = words
  if (program === 'env' || program === '/usr/bin/env') {
    return withoutInit(rest.slice(firstAt(rest, (word) => !/^-|=/.test(word))))
  }
  if (!INIT.test(nameOf(program))) return words
  const end = rest.indexOf('--')
  return withoutInit(rest.slice(end === -1 ? firstAt(rest, (word) => !word.startsWith('-')) : end + 1))
}

function firstAt(words: readonly string[], is: (word: string) => boolean): number {
  const at = words.findIndex(is)
  return at === -1 ? words.length : at
}

function nameOf(program: string): string {
  return program.replace(/^.*\//, '')
}

/** Words of a shell by which a script goes on, or hands signals on, in ways that are not followed here. */
const OWN_WAYS = /(?:^|[\s;&|(])(?:trap|wait|while|until|for|if|case|function|eval)\s|<<|\(\s*\)/
const IDLE = /^(?:sleep|tail|true|false|exit|echo|printf|cat|set|cd|export|test|read|:|\[)$/

function inScript(script: string, shell: Sh, sh: Sh): InFront | undefined {
  if (OWN_WAYS.test(`${script} `)) return undefined
  // Of the same length, so that what is found in it is at the same place.
  const bare = script.replace(/'[^']*'|"(?:\\.|[^"\\])*"|\$\([^)]*\)|`[^`]*`|\d*>&\d?/gs, (text) =>
    '_'.repeat(text.length),
  )
  const from = Math.max(
    0,
    ...[...bare.trimEnd().matchAll(/&&|\|\||[;\n]/g)].map(({ index, 0: { length } }) => index + length),
  )
  const command = script.slice(from).trim()
  const last = bare
    .slice(from)
    .trim()
    .replace(/^(?:\w+=\S*\s+)+/, '')
  const [first = ''] = last.split(/\s/)
  // In the background, or by a variable, which may hold anything.
  if (last.endsWith('&') || /^[$"_{(]|^$/.test(last) || IDLE.test(first) || NOT_SERVING.test(last))
    return undefined
  if (last.includes('|')) return { by: 'shell', command, known: true, piped: true }
  const words = splitAsShellsDo(command).filter((word, at, all) => !isAssignment(word, at, all))
  if (first === 'exec') return inFrontOf(words.slice(1), sh)
  if (shell === 'is replaced') return inFrontOf(words, sh)
  return { by: 'shell', command, known: shell === 'waits' }
}

function isAssignment(word: string, at: number, words: readonly string[]): boolean {
  return /^\w+=/.test(word) && words.slice(0, at).every((before) => /^\w+=/.test(before))
}

/**
 * They start a script by `sh`, hand it the signal, and end with it: tried as process 1 with npm 11 and Yarn 1.22.
 * pnpm 12 waits for the script's own process, and is not among them; nor is Yarn since 2, which has a shell of its own.
 */
function managerIn(name: string, args: readonly string[], sh: Sh): InFront | undefined {
  const by =
    name === 'npm' || name === 'npx' ? name : name === 'yarn' || name === 'yarnpkg' ? 'yarn' : undefined
  if (by === undefined || sh === 'is replaced') return undefined
  const said = args.filter((word) => !word.startsWith('-'))
  const verb = said[0] ?? ''
  if (by === 'npm' && !/^(?:start|run|run-script|rum|exec|x)$/.test(verb)) return undefined
  if (by === 'yarn' && !/^(?:start|run|exec|serve)(?::|$)/.test(verb)) return undefined
  if (verb === '' || NOT_SERVING.test(said.join(' '))) return undefined
  return { by, command: [name, ...args].join(' '), known: sh === 'waits' && by !== 'yarn' }
}
