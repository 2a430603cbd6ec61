import type { CheckContext } from '../../core/check.ts'
import { systemClock } from '../../core/clock.ts'
import { deadline } from '../../core/deadline.ts'
import { degraded, down, type Outcome, up } from '../../core/outcome.ts'
import { unlessAborted } from '../asking/one-question.ts'

/** Of the check's time, where there are several; the rest is for saying which nodes did not answer. */
const shareOfTime = 0.8

/**
 * Asks all nodes of a cluster at the same time: UP when each is, DOWN when none is, DEGRADED between the two. One of
 * several that hangs is given up before the check is, since otherwise the others could not be reported; when all hang
 * the check does.
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
  const noAnswer = new DOMException('no answer', 'TimeoutError')
  // After a loop that was busy, answers that have arrived have their turn first.
  const cancel = nodes.length > 1 ? deadline(systemClock, timeoutMs, () => giveUp.abort(noAnswer)) : undefined
  context.signal.addEventListener('abort', abort, { once: true })
  if (context.signal.aborted) abort()
  try {
    const part = { ...context, timeoutMs, signal: giveUp.signal }
    const answers = await Promise.allSettled(nodes.map(async (node) => ask(node, part)))
    const isLate = (answer: (typeof answers)[number]): boolean =>
      answer.status === 'rejected' && answer.reason === noAnswer
    // Where there is nothing to report it is a run like any other that is not answered.
    if (answers.every(isLate)) await unlessAborted(new Promise(() => {}), context.signal)
    return summary(answers)
  } finally {
    cancel?.()
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
