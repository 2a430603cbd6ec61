import type { NginxDocument } from '../document.ts'
import type { Place } from '../place.ts'
import type { SourceFile, Unreadable } from '../source-file.ts'
import type { NginxDirective, NginxUpstream, NginxWord } from './nginx-upstream.ts'

export function isNginx(text: string): boolean {
  return /^[ \t]*(?:upstream\s+\S+|server|http|stream|location\s[^{\n]*)\s*\{/m.test(text)
}

export function nginxDocument(file: SourceFile): {
  readonly document: NginxDocument
  readonly unreadable: readonly Unreadable[]
} {
  const { directives, unreadable } = directivesIn(file.text)
  const every = flat(directives)
  const asked = every.some(({ name }) => name === 'health_check')
  const upstreams = every
    .filter(({ name, block }) => name === 'upstream' && block !== undefined)
    .map((directive) => upstreamOf(directive, asked))
  return { document: { kind: 'nginx', file, upstreams, askings: [] }, unreadable }
}

function flat(directives: readonly NginxDirective[]): readonly NginxDirective[] {
  return directives.flatMap((directive) => [directive, ...flat(directive.block ?? [])])
}

function upstreamOf({ args, place, block = [] }: NginxDirective, asked: boolean): NginxUpstream {
  const servers = block
    .filter(({ name }) => name === 'server')
    .map(({ args: [address, ...parameters], place: at }) => ({
      address: address?.text ?? '',
      place: at,
      parameters,
    }))
  return { name: args[0]?.text ?? '', place, servers, asked }
}

interface Open {
  readonly directives: NginxDirective[]
  readonly place: Place
}

// A # inside a word, as in a regular expression, begins no comment, and a quote there quotes nothing.
const TOKEN =
  /#[^\n]*|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|[{};]|(?:\\.|\$\{[^}]*\}|[^\s{};#"'\\])(?:\\.|\$\{[^}]*\}|[^\s{};\\])*/g

/** A grammar of four signs: words, `;`, `{` and `}`. */
function directivesIn(text: string): { directives: readonly NginxDirective[]; unreadable: Unreadable[] } {
  const unreadable: Unreadable[] = []
  const stack: Open[] = [{ directives: [], place: [0, 0] }]
  let words: NginxWord[] = []
  const end = (block?: NginxDirective[]): void => {
    const [name, ...args] = words
    if (name !== undefined) {
      const place: Place = [name.place[0], (args.at(-1) ?? name).place[1]]
      stack.at(-1)?.directives.push({ name: name.text, args, place, ...(block && { block }) })
    }
    words = []
  }
  const token = new RegExp(TOKEN)
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const [sign] = found
    const place: Place = [found.index, found.index + sign.length]
    if (sign === ';') end()
    else if (sign === '{') {
      // Lua has braces and quotes of its own.
      if (words[0]?.text.endsWith('_by_lua_block')) token.lastIndex = endOfBraces(text, found.index)
      const block: NginxDirective[] = []
      end(block)
      if (token.lastIndex === place[1]) stack.push({ directives: block, place })
    } else if (sign === '}') {
      if (stack.length === 1)
        unreadable.push({ place, what: 'a } that closes nothing', mend: 'remove it, or open its block' })
      else stack.pop()
      words = []
    } else if (!sign.startsWith('#')) words.push({ text: sign.replace(/^(["'])([\s\S]*)\1$/, '$2'), place })
  }
  for (const { place } of stack.slice(1)) {
    unreadable.push({ place, what: 'a { that is never closed', mend: 'close it with }' })
  }
  return { directives: stack[0]?.directives ?? [], unreadable }
}

function endOfBraces(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at + 1
  }
  return text.length
}
