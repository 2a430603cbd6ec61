import type { Question } from '../asking.ts'
import type { Located } from '../yaml/located.ts'

/** The path under `key`, `/` where none is said; what an expression or a template makes of it nobody here can tell. */
export function httpAt(map: Located, key: string): Question {
  const path = map.get(key)
  if (path === undefined) {
    return { kind: 'http', path: '/', place: map.keyPlace, changePath: (to) => map.set(key, to) }
  }
  if (path.text === undefined || path.text.includes('${')) return { kind: 'unknown' }
  return { kind: 'http', path: path.text, place: path.place, changePath: (to) => path.replace(to) }
}
