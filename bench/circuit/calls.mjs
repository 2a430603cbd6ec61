// @ts-check
// The calls that are timed, each a pair of a situation and a library; breakers that are open stay so.
import {
  ConsecutiveBreaker,
  circuitBreaker,
  fallback,
  handleAll,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'
import { check, createHealth } from 'hale'
import CircuitBreaker from 'opossum'

/** @typedef {'bare' | 'hale' | 'opossum' | 'cockatiel'} Library */

const forLong = 600_000
const timeoutMs = 5000
const call = async () => 1
const fails = () => Promise.reject(new Error('fails'))
const nothing = () => {}

const names = /** @type {const} */ (['closed', 'timed', 'open'])
const health = createHealth({ checks: Object.fromEntries(names.map((name) => [name, check(nothing)])) })
const closed = health.circuit('closed')
const timed = health.circuit('timed', { timeoutMs })
const open = health.circuit('open', {
  consecutiveFailures: 1,
  trialDelayMs: forLong,
  maxTrialDelayMs: forLong,
})
await open.run(fails).catch(nothing)

const opossumClosed = new CircuitBreaker(call, { timeout: false })
const opossumTimed = new CircuitBreaker(call, { timeout: timeoutMs })
const opossumOpen = new CircuitBreaker(call, { timeout: false, resetTimeout: forLong })
const opossumFallback = new CircuitBreaker(call, { timeout: false, resetTimeout: forLong })
opossumFallback.fallback(() => 0)
for (const breaker of [opossumOpen, opossumFallback]) breaker.open()

const breaker = () =>
  circuitBreaker(handleAll, { halfOpenAfter: forLong, breaker: new ConsecutiveBreaker(1) })
const cockatielClosed = breaker()
const cockatielTimed = wrap(timeout(timeoutMs, TimeoutStrategy.Aggressive), breaker())
const cockatielOpen = breaker()
await cockatielOpen.execute(fails).catch(nothing)
const cockatielFallback = wrap(fallback(handleAll, 0), cockatielOpen)

/** @typedef {{ readonly situation: string } & Readonly<Partial<Record<Library, () => Promise<unknown>>>>} Situation */

/** @type {readonly Situation[]} */
export const situations = [
  {
    situation: 'closed',
    bare: () => call(),
    hale: () => closed.run(call),
    opossum: () => opossumClosed.fire(),
    cockatiel: () => cockatielClosed.execute(call),
  },
  {
    situation: 'closed, with a timeout',
    hale: () => timed.run(call),
    opossum: () => opossumTimed.fire(),
    cockatiel: () => cockatielTimed.execute(call),
  },
  {
    situation: 'closed, with a timeout, and the call asks for its signal',
    hale: () => timed.run(({ signal }) => (signal.aborted ? fails() : call())),
    cockatiel: () => cockatielTimed.execute(({ signal }) => (signal.aborted ? fails() : call())),
  },
  {
    situation: 'open, rejecting',
    bare: () => fails().catch(nothing),
    hale: () => open.run(call).catch(nothing),
    opossum: () => opossumOpen.fire().catch(nothing),
    cockatiel: () => cockatielOpen.execute(call).catch(nothing),
  },
  {
    situation: 'open, with a fallback value',
    hale: () => open.run(call, { fallback: 0 }),
    opossum: () => opossumFallback.fire(),
    cockatiel: () => cockatielFallback.execute(call),
  },
]
