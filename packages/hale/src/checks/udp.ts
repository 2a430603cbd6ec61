import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { degradedAfter } from '../check-parts/judging/degraded-after.ts'
import { type Address, type AddressOf, atAddress, checkAddress } from '../check-parts/sockets/address.ts'
import { expectation } from '../check-parts/sockets/conversation.ts'
import { type CheckContext, type CheckDefinition, check, type DependencyCheckOptions } from '../core/check.ts'
import { degraded, down, type Outcome, up } from '../core/outcome.ts'
import { durationText } from '../core/text.ts'
import { kindOf, Problems } from '../errors/problems.ts'

export type { Address, AddressOf }

/** Options of `udp`. */
export interface UdpCheckOptions extends DependencyCheckOptions {
  /**
   * What is asked: bytes, or a text of which each character is one (latin1). UDP has no connection: only a question
   * that the server answers tells that it is there.
   */
  readonly send: string | Uint8Array
  /**
   * What the answer must hold: a text, or a match; of bytes that are no text each is one character (latin1).
   * @default any answer
   */
  readonly expect?: string | RegExp
  /** An answer that takes longer is DEGRADED. Less than `timeoutMs`. */
  readonly degradedAfterMs?: number
}

/**
 * Is a question answered over UDP? Each run takes a socket of its own for it, so that an answer that comes late is not
 * taken for the next one's.
 *
 * UP `answered`. DEGRADED `answered, slower than 100 ms`. DOWN `answer not as expected`, `connection refused` (the host
 * says that nobody listens), `timed out after 500 ms`, … No data.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { udp } from 'hale/checks/udp'
 *
 * // The status query of a game server.
 * const health = createHealth({
 *   checks: { game: udp({ host: '10.0.0.9', port: 27015 }, { send: '\xff\xff\xff\xffinfo', expect: 'map' }) },
 * })
 * ```
 */
export function udp(address: AddressOf, options: UdpCheckOptions): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as unknown as UdpCheckOptions
  const { send, expect, degradedAfterMs, ...rest } = given
  checkAddress(address, problems)
  if (!(typeof send === 'string' || send instanceof Uint8Array) || send.length === 0)
    problems.add('send', `expected a string or bytes, got ${kindOf(send)}`)
  const isExpected = expectation(expect, problems) ?? (() => true)
  const slowMs = degradedAfter(degradedAfterMs, rest.timeoutMs, problems)
  const question = typeof send === 'string' ? Buffer.from(send, 'latin1') : send
  const run = (context: CheckContext): Promise<Outcome> =>
    atAddress(address, context.signal, async (current) => {
      const startedAt = context.now()
      const answer = await ask(current, question, context.signal)
      if (!isExpected(answer)) return down('answer not as expected')
      if (context.now() - startedAt <= slowMs) return up('answered')
      return degraded(`answered, slower than ${durationText(slowMs)}`)
    })
  const ownOptions = ['send', 'expect', 'degradedAfterMs']
  return { ...check(run, rest), ownOptions, problems: problems.found }
}

function ask({ host, port }: Address, question: Uint8Array, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
    let ended = false
    const end = (settle: () => void): void => {
      if (ended) return
      ended = true
      signal.removeEventListener('abort', onAbort)
      socket.close()
      settle()
    }
    const onAbort = (): void => end(() => reject(signal.reason))
    signal.addEventListener('abort', onAbort, { once: true })
    socket.on('error', (error) => end(() => reject(error)))
    socket.once('message', (bytes) => end(() => resolve(bytes.toString('latin1'))))
    // Connected, so that answers of others are not heard, and that nobody listens is.
    socket.connect(port, host, (error?: Error) => {
      if (ended) return
      if (error !== undefined && error !== null) end(() => reject(error))
      else socket.send(question)
    })
  })
}
