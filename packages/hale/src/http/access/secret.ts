import { kindOf, type Problems } from '../../errors/problems.ts'
import { type HealthRequest, header } from '../exchange.ts'

/** Validates a bearer token that is configured. */
export function secret(path: string, value: unknown, problems: Problems): string {
  // An unset environment variable often arrives as an empty string: it must not open the door.
  const given = typeof value === 'string' ? value : ''
  if (given.length < 16 || !/^[\x20-\x7e]*$/.test(given) || given.trim() !== given) {
    const expected =
      'expected a secret of at least 16 characters that a header can carry: ASCII, no spaces around it'
    problems.add(path, `${expected}; got ${kindOf(value)}`)
  }
  return given
}

const scheme = 'bearer '

/** What a request presents as bearer token; undefined when it does not. */
export function bearerToken(request: HealthRequest): string | undefined {
  const authorization = header(request, 'authorization') ?? ''
  // Taken apart by hand: a pattern with a run of spaces in it takes quadratic time over 16 KiB of them.
  if (authorization.slice(0, scheme.length).toLowerCase() !== scheme) return undefined
  return authorization.slice(scheme.length).replace(/^ +/, '')
}

/**
 * Compares in a time that depends on the presented text alone, not on how much of it is right. Our own, since
 * handlers also run where `node:crypto` does not exist.
 */
export function sameSecret(presented: string, secret: string): boolean {
  let difference = presented.length ^ secret.length
  for (let index = 0; index < presented.length; index++) {
    difference |= presented.charCodeAt(index) ^ secret.charCodeAt(index % secret.length)
  }
  return difference === 0
}
