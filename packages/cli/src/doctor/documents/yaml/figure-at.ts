import { durationFrom, type Figure } from '../figure.ts'
import type { Located } from './located.ts'

/** A number of a map, `scale` times as much in the file's unit; 0 is what Kubernetes takes for unsaid. */
export function figureAt(map: Located, name: string, byDefault: number | undefined, scale: number): Figure {
  const node = map.get(name)
  const stated = node !== undefined && node.value !== null && (node.number !== 0 || byDefault === 0)
  const number = stated ? node.number : byDefault
  return {
    name,
    stated,
    place: node?.place ?? map.keyPlace,
    value: number === undefined ? undefined : number * scale,
    change: (value) => map.set(name, String(Math.ceil(value / scale))),
  }
}

/** A time with its unit, as `2s`; `bare` milliseconds is the unit of one that has none. */
export function durationAt(map: Located, name: string, byDefault: number | undefined, bare = 1000): Figure {
  const node = map.get(name)
  return {
    name,
    stated: node !== undefined,
    place: node?.place ?? map.keyPlace,
    value:
      node === undefined ? byDefault : node.text === undefined ? undefined : durationFrom(node.text, bare),
    change: (ms) => map.set(name, `${ms / 1000}s`),
  }
}

export function portAt(handler: Located): { readonly port?: number | string } {
  const port = handler.get('port')
  const value = port?.number ?? port?.text
  return value === undefined ? {} : { port: value }
}
