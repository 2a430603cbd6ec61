import { isIP } from 'node:net'
import { down, type Outcome } from '../../core/outcome.ts'
import { kindOf, type Problems } from '../../errors/problems.ts'
import { isCallable, kindGiven } from '../asking/class-given.ts'
import { ofTheMoment } from '../asking/of-the-moment.ts'
import { isSo } from '../asking/structure.ts'

/** Where something listens. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** An address, or a function that returns the current one, or nothing while there is none. */
export type AddressOf<A extends Address = Address> =
  | A
  | (() => A | null | undefined | PromiseLike<A | null | undefined>)

/** Whether something is an address. */
function isAddress(value: unknown): value is Address {
  if (typeof value !== 'object' || value === null) return false
  return isSo(() => {
    const { host, port } = value as { host?: unknown; port?: unknown }
    const isPort = typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536
    return isHost(host) && isPort
  })
}

/** A URL, or a host with its port, would be looked up as if it were a name, and not be found. */
function isHost(value: unknown): value is string {
  return typeof value === 'string' && (isIP(value) !== 0 || /^[^\s/:@[\]]+$/.test(value))
}

/** What is wrong with an address goes to `problems`. */
export function checkAddress(value: unknown, problems: Problems): void {
  if (isCallable(value) || isAddress(value)) return
  const kind = kindGiven(value)
  if (kind !== 'an object') {
    problems.add('address', `expected { host, port }, or a function for one, got ${kind}`)
    return
  }
  const before = problems.found.length
  const { host, port } = problems.object('address', value)
  if (problems.found.length > before) return
  if (!isHost(host)) {
    const mend =
      typeof host === 'string' && host !== '' ? '; neither a URL, nor with its port, nor in brackets' : ''
    problems.add('address.host', `expected a host name or an address, got ${kindOf(host)}${mend}`)
  }
  problems.number('address.port', port ?? null, 0, { integer: true, min: 1, max: 65_535 })
}

/** Asks at the address of the moment. */
export async function atAddress<A extends Address>(
  address: AddressOf<A>,
  signal: AbortSignal,
  ask: (address: A) => Outcome | PromiseLike<Outcome>,
): Promise<Outcome> {
  const current = typeof address === 'function' ? await ofTheMoment(address, signal) : address
  // Before the application has discovered it there is none.
  if (current === undefined || current === null) return down('no address')
  return isAddress(current) ? ask(current as A) : down('not an address')
}
