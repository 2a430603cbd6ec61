import type { CheckContext } from '../../core/check.ts'
import { degraded, down, type Outcome, up } from '../../core/outcome.ts'

/** Of the check's time, where there are several; the rest is for saying which nodes did not answer. */
const shareOfTime = 0.8

/**
 * Asks all nodes of a cluster at the same time: UP when each is, DOWN when none is, DEGRADED between the two. One of
 * several that hangs is given up before the check is, since otherwise the others could not be reported.
 */
export async function askNodes<N>(
  nodes: readonly N[],
  context: CheckContext,
  ask: (node: N, context: CheckContext) => Outcome | PromiseLike<Outcome>,
): Promise<Outcome> {
  if (nodes.length === 0) return down('no nodes')
  const giveUp = new AbortController()
  const abort = (): void => giveUp.abort(context.signal.reason)
  const timeoutMs = nodes.length > 1 ? context.timeoutMs * shareOfTime : context.timeoutMs
  const late = (): void => giveUp.abort(new DOMException('no answer', 'TimeoutError'))
  const timer = nodes.length > 1 ? setTimeout(late, timeoutMs).unref() : undefined
  context.signal.addEventListener('abort', abort, { once: true })
  if (context.signal.aborted) abort()
  try {
    const part = { name: context.name, timeoutMs, signal: giveUp.signal, now: () => context.now() }
    return summary(await Promise.allSettled(nodes.map(async (node) => ask(node, part))))
  } finally {
    clearTimeout(timer)
    context.signal.removeEventListener('abort', abort)
  }
}

function summary(answers: readonly PromiseSettledResult<Outcome>[]): Outcome {
  const outcomes = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  const well = outcomes.filter(({ status }) => status === 'UP').length
  const data = { nodes: answers.length, up: well }
  if (well === answers.length) return up('connected', data)
  const text = `${well} of ${answers.length} nodes are up`
  if (outcomes.some(({ status }) => status !== 'DOWN')) return degraded(text, data)
  const first = answers.find((answer) => answer.status === 'rejected')
  if (first !== undefined) throw first.reason
  return down(text, data)
}
