import type { Figure } from './figure.ts'
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

export function portAt(handler: Located): { readonly port?: number | string } {
  const port = handler.get('port')
  const value = port?.number ?? port?.text
  return value === undefined ? {} : { port: value }
}
