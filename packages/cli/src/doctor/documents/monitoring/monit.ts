import type { Asking } from '../asking.ts'
import type { OtherDocument } from '../document.ts'
import type { Place } from '../place.ts'
import type { SourceFile } from '../source-file.ts'

export function isMonit(text: string): boolean {
  return (
    /^[ \t]*check[ \t]+(?:host|process|program|system|filesystem|file)[ \t]+\S/im.test(text) &&
    /^[ \t]*(?:if|with|start|stop)[ \t]/im.test(text)
  )
}

/** Tests by HTTP: what restarts asks whether it is alive, what tells somebody may ask anything. */
export function monitDocument(file: SourceFile): OtherDocument {
  const text = file.text.replace(/(^|\s)#[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '))
  const checks = [...text.matchAll(/^[ \t]*check[ \t]+\w+[ \t]+("[^"]*"|\S+)/gim)]
  const askings = checks.flatMap((check, at) => {
    const from = check.index
    const until = checks[at + 1]?.index ?? text.length
    const tests = text.slice(from, until).matchAll(/\bif\s+failed\b[\s\S]{0,1000}?\bthen\s+(\w+)/gi)
    return [...tests].flatMap((test) => askingOf(test, from + test.index, check[1] ?? ''))
  })
  return { kind: 'other', file, askings }
}

function askingOf([whole, act = '']: RegExpExecArray, start: number, name: string): readonly Asking[] {
  const found = (pattern: RegExp): { readonly text: string; readonly place: Place } | undefined => {
    const match = pattern.exec(whole)
    const text = match?.[1]
    if (match === null || text === undefined) return undefined
    const at = start + match.index + match[0].length - text.length
    return { text: text.replace(/^"(.*)"$/, '$1'), place: [at, at + text.length] }
  }
  const path = found(/\brequest\s+("[^"]*"|\S+)/i)
  if (path === undefined) return []
  const timeout = found(/\btimeout\s+(\d+)/i)
  const status = found(/\bstatus\s*(?:=|==|equal)?\s*(\d{3})/i)
  const content = found(/\bcontent\s*=\s*("[^"]*"|\S+)/i)
  const port = Number(found(/\bport\s+(\d+)/i)?.text)
  return [
    {
      role: /^(?:restart|stop|exec)$/i.test(act) ? 'liveness' : 'monitor',
      subject: `check ${name.replaceAll('"', '')}`,
      place: path.place,
      question: {
        kind: 'http',
        path: path.text,
        place: path.place,
        ...(port > 0 && { port }),
        changePath: (to) => [{ at: path.place, text: `"${to}"` }],
      },
      timeout: {
        name: 'timeout',
        stated: timeout !== undefined,
        place: (timeout ?? path).place,
        value: timeout === undefined ? 5000 : Number(timeout.text) * 1000,
        change: (ms) => timeout && [{ at: timeout.place, text: String(Math.ceil(ms / 1000)) }],
      },
      ...(content !== undefined
        ? {
            expects: {
              place: content.place,
              stated: `content = ${content.text}`,
              instead: 'status = 200 in place of content',
              text: content.text,
            },
          }
        : status !== undefined && {
            expects: {
              place: status.place,
              stated: `status = ${status.text}`,
              accepts: (code: number) => String(code) === status.text,
              acceptAlso200: () => [{ at: status.place, text: '200' }],
            },
          }),
    },
  ]
}
