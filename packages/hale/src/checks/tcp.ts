import { connect } from 'node:net'
import { type Address, type AddressOf, atAddress, checkAddress } from '../check-parts/sockets/address.ts'
import {
  type ConversationOptions,
  conversation,
  conversationOptions,
} from '../check-parts/sockets/conversation.ts'
import { type CheckContext, type CheckDefinition, check, type DependencyCheckOptions } from '../core/check.ts'
import { type Outcome, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { Address, AddressOf, ConversationOptions }

/** Options of `tcp`. */
export interface TcpCheckOptions extends DependencyCheckOptions, ConversationOptions {
  /**
   * What a refused connection counts as. With `'UP'` it is a ping that needs no ICMP and so no privilege: a host that
   * refuses is there.
   * @default 'DOWN'
   */
  readonly refusedAs?: 'DOWN' | 'UP'
}

/**
 * Does something listen there, and say what it should? For what has no check of its own. Each run opens a connection
 * and closes it.
 *
 * UP `connected`, with `expect` `answered`, or `host answers` with `refusedAs: 'UP'`. DEGRADED
 * `connected, slower than 100 ms`. DOWN `connection refused`, `host unreachable`, `answer not as expected`, … No data.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { tcp } from 'hale/checks/tcp'
 *
 * const health = createHealth({
 *   checks: { printer: tcp({ host: 'printer.internal', port: 9100 }, { critical: false }) },
 * })
 * ```
 */
export function tcp(address: AddressOf, options: TcpCheckOptions = {}): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as TcpCheckOptions
  const { send, expect, degradedAfterMs, refusedAs, ...rest } = given
  checkAddress(address, problems)
  const talk = conversation(given, problems)
  const refused = problems.oneOf('refusedAs', refusedAs, ['DOWN', 'UP'])
  const run = (context: CheckContext): Promise<Outcome> =>
    atAddress(address, context.signal, async ({ host, port }) => {
      try {
        return await talk.hold(() => connect({ host, port }), context)
      } catch (error) {
        if (refused === 'UP' && isRefused(error)) return up('host answers')
        throw error
      }
    })
  return { ...check(run, rest), ownOptions: [...conversationOptions, 'refusedAs'], problems: problems.found }
}

// Of a name with several addresses each has been tried, and all are told of.
function isRefused(error: unknown): boolean {
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: readonly unknown[] }
  return code === 'ECONNREFUSED' || (Array.isArray(errors) && errors.some(isRefused))
}
