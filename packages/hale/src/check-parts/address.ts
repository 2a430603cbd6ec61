import { kindOf, type Problems } from '../errors/problems.ts'

/** Where something listens. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** An address, or a function that returns the current one. */
export type AddressOf<A extends Address = Address> = A | (() => A | PromiseLike<A>)

/** Whether something is an address. */
function isAddress(value: unknown): value is Address {
  if (typeof value !== 'object' || value === null) return false
  const { host, port } = value as { host?: unknown; port?: unknown }
  const isPort = typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536
  return typeof host === 'string' && host !== '' && isPort
}

/** What is wrong with an address goes to `problems`. */
export function checkAddress(value: unknown, problems: Problems): void {
  if (typeof value === 'function' || isAddress(value)) return
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.add('address', `expected { host, port }, or a function for one, got ${kindOf(value)}`)
    return
  }
  const { host, port } = value as { host?: unknown; port?: unknown }
  if (typeof host !== 'string' || host === '')
    problems.add('address.host', `expected a host name or an address, got ${kindOf(host)}`)
  problems.number('address.port', port ?? null, 0, { integer: true, min: 1, max: 65_535 })
}

/** The address of the moment; undefined when the function gave none. */
export async function currentAddress<A extends Address>(address: AddressOf<A>): Promise<A | undefined> {
  const current: unknown = typeof address === 'function' ? await address() : address
  return isAddress(current) ? (current as A) : undefined
}
