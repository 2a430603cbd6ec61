/**
 * Something that had not ended when it had to: what a shutdown past its deadline names in its log and its result.
 * Paths carry no query, since that is where tokens travel.
 */
export type OpenThing =
  | {
      readonly kind: 'request' | 'upgraded'
      readonly method: string
      readonly path: string
      readonly openMs: number
    }
  /** A connection whose request had not arrived completely. */
  | { readonly kind: 'connection'; readonly openMs: number }
  | { readonly kind: 'server'; readonly name: string }
  | { readonly kind: 'hook'; readonly name: string; readonly openMs: number }
  /** A process of `node:cluster`. */
  | { readonly kind: 'worker'; readonly id: number }

/** What is asked of a server, as far as it may be logged. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly since: number
}

const longestPath = 200
const namedInMessage = 10

export function asked(method: string | undefined, url: string | undefined, since: number): Asked {
  const [path = ''] = (url ?? '').split(/[?#]/, 1)
  const shown = path.length > longestPath ? `${path.slice(0, longestPath)}…` : path
  return { method: method ?? '', path: shown, since }
}

/** One line for the log; the first few by name, since a busy service may have thousands. */
export function listOpen(open: readonly OpenThing[]): string {
  const named = open.slice(0, namedInMessage).map(describe).join(', ')
  const more = open.length - namedInMessage
  return more > 0 ? `${named} and ${more} more` : named
}

function describe(thing: OpenThing): string {
  switch (thing.kind) {
    case 'request':
      return `${thing.method} ${thing.path} (${seconds(thing.openMs)})`
    case 'upgraded':
      return `upgraded ${thing.method} ${thing.path} (${seconds(thing.openMs)})`
    case 'connection':
      return `a connection without a whole request (${seconds(thing.openMs)})`
    case 'server':
      return thing.name
    case 'hook':
      return `hook ${thing.name} (${seconds(thing.openMs)})`
    case 'worker':
      return `worker ${thing.id}`
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
