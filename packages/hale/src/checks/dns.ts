import { lookup, Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type CheckContext, type CheckDefinition, check, type DependencyCheckOptions } from '../core/check.ts'
import { down, type Outcome, up } from '../core/outcome.ts'
import { kindOf, Problems } from '../errors/problems.ts'

/** What may be asked for. */
export type DnsRecordType =
  | 'A'
  | 'AAAA'
  | 'CAA'
  | 'CNAME'
  | 'MX'
  | 'NAPTR'
  | 'NS'
  | 'PTR'
  | 'SRV'
  | 'TXT'
  | 'lookup'

/** Options of `dns`. */
export interface DnsCheckOptions extends DependencyCheckOptions {
  /**
   * The kind of record; or `'lookup'`, for the way that `fetch` and most clients go: the system's, with its hosts file
   * and search domains. That one holds one of Node's four threads for file work meanwhile and cannot be called back.
   * @default 'A'
   */
  readonly type?: DnsRecordType
  /** Name servers in place of the system's, such as `10.0.0.2` or `[fd00::2]:5353`. Not for `'lookup'`. */
  readonly servers?: readonly string[]
  /**
   * How many records there must be.
   * @default 1
   */
  readonly least?: number
  /** Says whether the records are well; they are as `node:dns` has them. */
  readonly expect?: (records: readonly unknown[]) => boolean | PromiseLike<boolean>
}

const types = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NAPTR', 'NS', 'PTR', 'SRV', 'TXT', 'lookup'] as const

/**
 * Can a name be resolved?
 *
 * UP `resolved`. DOWN `host name not found`, `host name has no such record`, `name resolution failed`,
 * `name resolution timed out`, `fewer records than expected`, `records not as expected`. Data: `records`, how many
 * there are.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { dns } from 'hale/checks/dns'
 *
 * const health = createHealth({
 *   checks: { discovery: dns('_grpc._tcp.orders.internal', { type: 'SRV', least: 2 }) },
 * })
 * ```
 */
export function dns(name: string, options: DnsCheckOptions = {}): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as DnsCheckOptions
  const { type: givenType, servers, least: givenLeast, expect, ...rest } = given
  // A URL, or a name with a port, would be asked for as it stands, and not be found.
  if (typeof name !== 'string' || name === '' || /[\s/:@]/.test(name))
    problems.add('name', `expected a host name, got ${kindOf(name)}`)
  else if (isIP(name) !== 0)
    problems.add('name', 'expected a host name, got an address, which needs no resolving')
  const type = problems.oneOf('type', givenType, types) ?? 'A'
  const least = problems.number('least', givenLeast, 1, { integer: true, min: 1 })
  if (expect !== undefined && typeof expect !== 'function')
    problems.add('expect', `expected a function, got ${kindOf(expect)}`)
  checkServers(servers, type, problems)
  const run = async (context: CheckContext): Promise<Outcome> => {
    const records = await (type === 'lookup'
      ? lookup(name, { all: true })
      : resolved(name, type, servers, context))
    const data = { records: records.length }
    if (records.length < least) return down('fewer records than expected', data)
    if (expect !== undefined && !(await expect(records))) return down('records not as expected', data)
    return up('resolved', data)
  }
  return {
    ...check(run, rest),
    ownOptions: ['type', 'servers', 'least', 'expect'],
    problems: problems.found,
  }
}

async function resolved(
  name: string,
  type: Exclude<DnsRecordType, 'lookup'>,
  servers: readonly string[] | undefined,
  { signal, timeoutMs }: CheckContext,
): Promise<readonly unknown[]> {
  // One a run: it reads the system's name servers when it is made, and those change.
  const resolver = new Resolver({ timeout: Math.ceil(timeoutMs), tries: 1 })
  if (servers !== undefined) resolver.setServers(servers)
  const onAbort = (): void => resolver.cancel()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return (await resolver.resolve(name, type)) as readonly unknown[]
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function checkServers(servers: unknown, type: string, problems: Problems): void {
  if (servers === undefined) return
  if (type === 'lookup')
    problems.add('servers', "the system's own way asks whom it likes; choose another type")
  if (!Array.isArray(servers) || servers.length === 0) {
    problems.add('servers', `expected a list of addresses, got ${kindOf(servers)}`)
    return
  }
  for (const [index, server] of servers.entries()) {
    if (!isServer(server))
      problems.add(
        `servers[${index}]`,
        `expected an IP address, perhaps with a port, got ${kindOf(server)}; Node asks no name server by its name`,
      )
  }
}

function isServer(server: unknown): boolean {
  if (typeof server !== 'string') return false
  if (isIP(server) !== 0) return true
  const [, host = '', port = '1'] = /^(\[.+\]|[^:]+)(?::(\d+))?$/.exec(server) ?? []
  return isIP(host.replace(/^\[|\]$/g, '')) !== 0 && Number(port) > 0 && Number(port) < 65_536
}
