import { down, type Outcome } from '../../core/outcome.ts'
import type { Problems } from '../../errors/problems.ts'
import { isCallable, kindGiven } from '../asking/class-given.ts'
import { ofTheMoment } from '../asking/of-the-moment.ts'
import { type RequestTarget, requestTarget } from './request-target.ts'

/** Asks at the URL of the moment. */
export type AtTarget = (
  signal: AbortSignal,
  ask: (target: RequestTarget) => Outcome | PromiseLike<Outcome>,
) => Promise<Outcome>

/** Of a URL, or of a function that returns the current one; what is wrong with it goes to `problems`. */
export function currentTarget(url: unknown, problems: Problems): AtTarget {
  const fixed = requestTarget(url)
  if (fixed === undefined && !isCallable(url))
    problems.add('url', `expected an http: or https: URL, got ${kindGiven(url)}${mendOf(url)}`)
  return async (signal, ask) => {
    if (fixed !== undefined) return ask(fixed)
    const current = await ofTheMoment(url as () => unknown, signal)
    // Before the application has discovered it there is none.
    if (current === undefined || current === null) return down('no URL')
    const target = requestTarget(current)
    return target === undefined ? down('not an http: or https: URL') : ask(target)
  }
}

// A host and a port, which a URL has after its scheme: `localhost:` would be one.
function mendOf(url: unknown): string {
  const isHost = typeof url === 'string' && /^[\w.-]+(?::\d{1,5})?(?:[/?#]|$)/.test(url)
  return isHost ? '; begin it with http:// or https://' : ''
}
