import type { Asking, Expectation } from '../asking.ts'
import type { OtherDocument } from '../document.ts'
import { durationFrom, type Figure } from '../figure.ts'
import type { Place } from '../place.ts'
import type { SourceFile } from '../source-file.ts'

interface Line {
  readonly words: readonly { readonly text: string; readonly place: Place }[]
  readonly place: Place
}

export function isCaddyfile(text: string): boolean {
  return /^[ \t]*(?:reverse_proxy|php_fastcgi)\b/m.test(text) && !/;[ \t]*$/m.test(text)
}

/** Active health checks of a Caddyfile. */
export function caddyDocument(file: SourceFile): OtherDocument {
  const askings: Asking[] = []
  const open: Line[][] = []
  for (const line of linesIn(file.text)) {
    open.at(-1)?.push(line)
    const last = line.words.at(-1)?.text
    if (last === '{') open.push([line])
    else if (line.words[0]?.text === '}') {
      const [head, ...block] = open.pop() ?? []
      if (head !== undefined) askings.push(...askingOf(head, block))
    }
  }
  return { kind: 'other', file, askings }
}

function linesIn(text: string): readonly Line[] {
  return [...text.matchAll(/[^\r\n]+/g)].flatMap((found) => {
    const words: { text: string; place: Place }[] = []
    for (const word of found[0].matchAll(/"(?:\\.|[^"\\])*"|`[^`]*`|#.*|[^\s#"`\uFEFF][^\s]*/g)) {
      if (word[0].startsWith('#')) break
      const at = found.index + word.index
      words.push({ text: word[0].replace(/^(["`])([\s\S]*)\1$/, '$2'), place: [at, at + word[0].length] })
    }
    const [first, last] = [words[0], words.at(-1)]
    return first && last ? [{ words, place: [first.place[0], last.place[1]] as const }] : []
  })
}

function askingOf(head: Line, block: readonly Line[]): readonly Asking[] {
  const said = (name: string): Line | undefined => block.find(({ words }) => words[0]?.text === name)
  const uri = (said('health_uri') ?? said('health_path'))?.words[1]
  if (uri === undefined || head.words[0]?.text === '}') return []
  const figure = (name: string, byDefault: number): Figure => {
    const word = said(name)?.words[1]
    return {
      name,
      stated: word !== undefined,
      place: word?.place ?? head.place,
      value: word === undefined ? byDefault : durationFrom(word.text),
      change: (ms) => word && [{ at: word.place, text: `${ms / 1000}s` }],
    }
  }
  const expects = expectationOf(said('health_status'), said('health_body'))
  const port = Number(said('health_port')?.words[1]?.text)
  return [
    {
      role: 'balancer',
      subject: `health check of ${head.words[0]?.text}`,
      place: uri.place,
      question: {
        kind: 'http',
        path: uri.text,
        place: uri.place,
        ...(port > 0 && { port }),
        changePath: (to) => [{ at: uri.place, text: to }],
      },
      timeout: figure('health_timeout', 5000),
      interval: figure('health_interval', 30_000),
      ...(expects && { expects }),
    },
  ]
}

/** `200`, `2xx`; a body is looked through with a regular expression. */
function expectationOf(status: Line | undefined, body: Line | undefined): Expectation | undefined {
  const text = body?.words[1]?.text
  if (body !== undefined && text !== undefined)
    return {
      place: body.place,
      stated: `health_body ${text}`,
      instead: 'health_status 200, and no health_body',
      text,
    }
  const word = status?.words[1]
  if (status === undefined || word === undefined || !/^\d(?:\d\d|xx)$/.test(word.text)) return undefined
  return {
    place: status.place,
    stated: `health_status ${word.text}`,
    accepts: (code) => word.text === String(code) || word.text === `${String(code)[0]}xx`,
    acceptAlso200: () => [{ at: word.place, text: word.text.startsWith('2') ? '2xx' : '200' }],
  }
}
