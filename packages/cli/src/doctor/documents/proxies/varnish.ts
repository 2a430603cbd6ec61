import type { Asking, Question } from '../asking.ts'
import type { OtherDocument } from '../document.ts'
import { durationFrom, type Figure } from '../figure.ts'
import type { Place } from '../place.ts'
import type { SourceFile } from '../source-file.ts'

export function isVcl(text: string): boolean {
  return (
    /^[ \t]*(?:vcl\s+\d|(?:backend|probe)\s+\w+\s*\{|sub\s+vcl_\w+)/m.test(text) &&
    /^[ \t]*(?:\w.*\{[ \t]*)?\.\w+\s*=/m.test(text)
  )
}

const BODY = /[^{}]*/y

/** Probes of a VCL, named or within a backend. */
export function varnishDocument(file: SourceFile): OtherDocument {
  // As long as it was, so that places stay.
  const text = file.text.replace(/#[^\n]*|\/\/[^\n"]*$|\/\*[\s\S]*?\*\//gm, (comment) =>
    comment.replace(/[^\n]/g, ' '),
  )
  const askings = [...text.matchAll(/\bprobe\s+(\w+)\s*\{|\.probe\s*=\s*\{/g)].map((found) => {
    const start = found.index + found[0].length
    // No brace is in it: the next one ends it, whichever it is.
    BODY.lastIndex = start
    const body = BODY.exec(text)?.[0] ?? ''
    return askingOf(file.text, text, [start, start + body.length], found[1])
  })
  return { kind: 'other', file, askings }
}

interface Value {
  readonly text: string
  readonly place: Place
}

function askingOf(original: string, text: string, [start, end]: Place, name: string | undefined): Asking {
  const values = new Map<string, Value>()
  for (const found of text.slice(start, end).matchAll(/\.(\w+)\s*=\s*((?:"[^"\n]*"\s*)+|[^;\n]*);/g)) {
    const [whole, key = '', value = ''] = found
    const at = start + found.index + whole.lastIndexOf(value)
    values.set(key, { text: value.trim(), place: [at, at + value.trimEnd().length] })
  }
  const place: Place = [start, start + original.slice(start, end).trimEnd().length]
  const figure = (key: string, byDefault: number): Figure => {
    const stated = values.get(key)
    return {
      name: `.${key}`,
      stated: stated !== undefined,
      place: stated?.place ?? place,
      value: stated === undefined ? byDefault : durationFrom(stated.text),
      change: (ms) => stated && [{ at: stated.place, text: `${ms / 1000}s` }],
    }
  }
  const expected = values.get('expected_response')
  return {
    role: 'balancer',
    subject: name === undefined ? 'the probe of a backend' : `probe ${name}`,
    place,
    question: questionOf(values, place),
    timeout: figure('timeout', 2000),
    interval: figure('interval', 5000),
    ...(expected && {
      expects: {
        place: expected.place,
        stated: `.expected_response = ${expected.text}`,
        accepts: (code) => String(code) === expected.text,
        acceptAlso200: () => [{ at: expected.place, text: '200' }],
      },
    }),
  }
}

/** `.url`, or `.request` with the whole request. */
function questionOf(values: ReadonlyMap<string, Value>, place: Place): Question {
  const url = values.get('url')
  if (url !== undefined) {
    const path = url.text.replace(/^"|"$/g, '')
    return { kind: 'http', path, place: url.place, changePath: (to) => [{ at: url.place, text: `"${to}"` }] }
  }
  const request = values.get('request')
  const path = /^"[A-Z]+ (\S+)/.exec(request?.text ?? '')?.[1]
  if (request !== undefined) {
    return path === undefined ? { kind: 'unknown' } : { kind: 'http', path, place: request.place }
  }
  return { kind: 'http', path: '/', place }
}
