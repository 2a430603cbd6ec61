import { kindOf, type Problems } from '../../errors/problems.ts'
import type { HttpAnswer } from './http-body.ts'

/** Makes a request, as `fetch` does. */
export type Fetch<R> = (url: string, request: R) => Promise<HttpAnswer>

/** The option `fetch`, or the global one, which is looked up at each run: instrumentation replaces it later. */
export function fetchOption<R extends RequestInit>(
  given: Fetch<R> | undefined,
  problems: Problems,
): Fetch<R> {
  if (given !== undefined && typeof given !== 'function')
    problems.add('fetch', `expected a function, got ${kindOf(given)}`)
  return given ?? ((url, request) => globalThis.fetch(url, request))
}
