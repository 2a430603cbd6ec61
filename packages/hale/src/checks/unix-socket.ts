import { connect } from 'node:net'
import {
  type ConversationOptions,
  conversation,
  conversationOptions,
} from '../check-parts/sockets/conversation.ts'
import { type CheckContext, type CheckDefinition, check, type DependencyCheckOptions } from '../core/check.ts'
import { down, type Outcome } from '../core/outcome.ts'
import { kindOf, Problems } from '../errors/problems.ts'

export type { ConversationOptions }

/** Options of `unixSocket`. */
export interface UnixSocketCheckOptions extends DependencyCheckOptions, ConversationOptions {}

/**
 * Does something listen on a Unix domain socket (or a named pipe of Windows), and say what it should? Each run opens a
 * connection and closes it.
 *
 * UP `connected`, with `expect` `answered`. DEGRADED `connected, slower than 100 ms`. DOWN `not found`,
 * `connection refused` (the file is there, but nobody listens), `permission denied`, `listen queue full`,
 * `answer not as expected`, … No data.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { unixSocket } from 'hale/checks/unix-socket'
 *
 * const health = createHealth({ checks: { docker: unixSocket('/var/run/docker.sock') } })
 * ```
 */
export function unixSocket(path: string, options: UnixSocketCheckOptions = {}): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as UnixSocketCheckOptions
  const { send, expect, degradedAfterMs, ...rest } = given
  if (typeof path !== 'string' || path === '' || /^[a-z]+:\/\//.test(path))
    problems.add('path', `expected a path, got ${kindOf(path)}`)
  const talk = conversation(given, problems)
  const run = async (context: CheckContext): Promise<Outcome> => {
    try {
      return await talk.hold(() => connect({ path }), context)
    } catch (error) {
      // Where TCP lets a client wait, a Unix socket turns it away.
      if ((error as { code?: unknown } | undefined)?.code === 'EAGAIN') return down('listen queue full')
      throw error
    }
  }
  return { ...check(run, rest), ownOptions: conversationOptions, problems: problems.found }
}
