import { callSafely } from '../errors/call-safely.ts'
import type { CircuitChange } from './circuit/circuit.ts'
import type { ControlEvent } from './control/control-change.ts'
import { type Logger, logSafely } from './logger.ts'
import type { CheckReport } from './report.ts'
import { isHealthy } from './status.ts'
import { boundText } from './text.ts'
import type { CheckRun, HealthEvents, Transition } from './transitions.ts'

/** How many warnings of checks a registry tells in its life. */
const warningsTold = 100

/** How many reasons for one outage of a check are logged. */
const reasonsTold = 10

interface Channel {
  readonly hasSubscribers: boolean
  publish(message: unknown): void
}

type Channels = { readonly [E in keyof HealthEvents]: Channel }

/** Tells transitions and runs to listeners, the log and `diagnostics_channel`; none of them can hurt the caller. */
export class Events {
  readonly #kept: number
  readonly #logger: Logger | undefined
  readonly #listeners = new Map<keyof HealthEvents, Set<(event: never) => void>>()
  readonly #channels: Channels | undefined
  readonly #undelivered: (() => void)[] = []
  readonly #warned = new Set<string>()
  /** What was logged of each check that is DOWN. */
  readonly #reasons = new Map<string, Set<string | undefined>>()
  #history: readonly Transition[] = []

  constructor(transitionsKept: number, logger: Logger | undefined) {
    this.#kept = transitionsKept
    this.#logger = logger
    this.#channels = diagnosticsChannels()
  }

  /** The last transitions, the newest last; a new list whenever one is added. */
  get history(): readonly Transition[] {
    return this.#history
  }

  on<E extends keyof HealthEvents>(event: E, listener: (event: HealthEvents[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners)
    // Wrapped, so that the same function added twice is called twice and removed once.
    const own = (payload: HealthEvents[E]): void => listener(payload)
    listeners.add(own)
    return () => listeners.delete(own)
  }

  transition(transition: Transition, thrown?: unknown): void {
    const history = [...this.#history, transition]
    this.#history = history.slice(Math.max(0, history.length - this.#kept))
    this.#log(transition, thrown)
    if ('check' in transition) {
      this.#reasons.delete(transition.check)
      if (transition.to === 'DOWN') this.#reasons.set(transition.check, new Set([transition.result.error]))
    }
    this.#tell('transition', transition)
  }

  /** Logs why a check is still DOWN, where that is another reason than before: each once in an outage. */
  staysDown({ name: check, error }: CheckReport, thrown?: unknown): void {
    const told = this.#reasons.get(check)
    if (told === undefined || told.has(error) || told.size >= reasonsTold) return
    told.add(error)
    const details = { check, ...(thrown !== undefined && { err: thrown }) }
    logSafely(this.#logger, 'error', `check ${check} still DOWN: ${error}`, details)
  }

  /** A check is no more. */
  forget(check: string): void {
    this.#reasons.delete(check)
  }

  run(run: CheckRun): void {
    Object.freeze(run.result)
    this.#tell('run', run)
  }

  circuit(change: CircuitChange): void {
    this.#tell('circuit', change)
  }

  control(event: ControlEvent): void {
    const { check, by, action, changes } = event
    const told = Object.entries(changes).map(
      ([field, { from, to }]) => `${field} ${shown(from)} → ${shown(to)}`,
    )
    const what = action === 'run' ? 'run forced' : told.join(', ')
    const subject = check === undefined ? 'service' : `check ${check}`
    logSafely(this.#logger, 'info', `${subject}, by ${by}: ${what}`, { ...event })
    this.#tell('control', event)
  }

  /** Tells subscribers of the channel, then listeners: none of them can change what the next one hears. */
  #tell<E extends keyof HealthEvents>(event: E, payload: HealthEvents[E]): void {
    Object.freeze(payload)
    const channel = this.#channels?.[event]
    if (channel?.hasSubscribers) this.#publish(channel, payload)
    this.#emit(event, payload)
  }

  /** In the order in which things happened, also for what a listener itself sets off. */
  #emit<E extends keyof HealthEvents>(event: E, payload: HealthEvents[E]): void {
    this.#undelivered.push(() => this.#deliver(event, payload))
    if (this.#undelivered.length > 1) return
    for (let next = this.#undelivered[0]; next !== undefined; next = this.#undelivered[0]) {
      next()
      this.#undelivered.shift()
    }
  }

  #deliver<E extends keyof HealthEvents>(event: E, payload: HealthEvents[E]): void {
    const complain = (error: unknown): void => this.complain(`a listener of "${event}" failed`, error)
    for (const listener of this.#listeners.get(event) ?? [])
      callSafely(() => (listener as (payload: HealthEvents[E]) => unknown)(payload), complain)
  }

  #publish(channel: Channel, message: unknown): void {
    try {
      channel.publish(message)
    } catch (error) {
      this.complain('a diagnostics_channel subscriber failed', error)
    }
  }

  #log(transition: Transition, thrown: unknown): void {
    const subject = 'check' in transition ? `check ${transition.check}` : transition.probe
    const { from, to, result } = transition
    const reason = 'error' in result && result.error !== undefined ? `: ${result.error}` : ''
    const level = isHealthy(to) ? 'info' : to === 'DOWN' ? 'error' : 'warn'
    logSafely(this.#logger, level, `${subject} ${from} → ${to}${reason}`, {
      ...('check' in transition ? { check: transition.check } : { probe: transition.probe }),
      from,
      to,
      ...(thrown !== undefined && { err: thrown }),
    })
  }

  /** What a check wants mended, once. */
  warn(check: string, message: string): void {
    const told = boundText(message)
    const text = `check ${check}: ${told}`
    // One that says something new at each run is not heard for ever.
    if (told === undefined || this.#warned.has(text) || this.#warned.size >= warningsTold) return
    this.#warned.add(text)
    logSafely(this.#logger, 'warn', text, { check })
  }

  /** Something that the application gave has failed. */
  complain(message: string, error: unknown): void {
    logSafely(this.#logger, 'error', message, { err: error })
  }
}

function shown(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value)
}

// Without an import, since the core runs where node:* does not exist.
function diagnosticsChannels(): Channels | undefined {
  const node = globalThis.process as { getBuiltinModule?: (id: string) => unknown } | undefined
  const module = node?.getBuiltinModule?.('node:diagnostics_channel') as
    | { channel(name: string): Channel }
    | undefined
  if (module === undefined) return undefined
  return {
    run: module.channel('hale:check'),
    transition: module.channel('hale:transition'),
    circuit: module.channel('hale:circuit'),
    control: module.channel('hale:control'),
  }
}
