import { kindOf, Problems } from '../../errors/problems.ts'
import type { CheckReport } from '../report.ts'
import { Call } from './call.ts'
import { CallCounter } from './call-counter.ts'
import { CallTimer } from './call-timer.ts'
import { CheckCircuit, type CircuitSubject, type CircuitSurroundings } from './check-circuit.ts'
import type { CallContext, CallOptions, Circuit, CircuitOptions, Fallback } from './circuit.ts'
import { type CircuitSettings, circuitSettings, sameSettings } from './circuit-settings.ts'

type AnyCall = (context: CallContext) => unknown
type AnyOptions = CallOptions & Partial<Fallback<unknown>>

/** A check that may have a circuit. */
interface CircuitOwner extends CircuitSubject {
  circuit: CheckCircuit | undefined
  readonly ended: boolean
  report(now: number): CheckReport
}

const callsOf = new WeakMap<CheckCircuit, CircuitCalls>()

/** The circuit of a check, made when it is first asked for. */
export function circuitOf(
  check: CircuitOwner,
  around: CircuitSurroundings,
  options: CircuitOptions | undefined,
): Circuit {
  const known = check.circuit && callsOf.get(check.circuit)
  if (known !== undefined) {
    if (options !== undefined) known.configure(circuitSettings(check.name, options))
    return known.face
  }
  const circuit = new CheckCircuit(check, circuitSettings(check.name, options), around)
  const calls = new CircuitCalls(circuit, around, options !== undefined)
  callsOf.set(circuit, calls)
  check.circuit = circuit
  if (check.ended) circuit.end()
  else {
    const { status, enabled } = check.report(around.clock.now())
    circuit.follow(status, enabled, status)
    check.refresh()
  }
  return calls.face
}

/** Makes the calls of a circuit. */
class CircuitCalls {
  readonly face: Circuit
  readonly #circuit: CheckCircuit
  readonly #around: CircuitSurroundings
  readonly #counter: CallCounter
  #configured: boolean
  #slowTimer: CallTimer | undefined
  #timeoutTimer: CallTimer | undefined

  constructor(circuit: CheckCircuit, around: CircuitSurroundings, configured: boolean) {
    this.#circuit = circuit
    this.#around = around
    this.#configured = configured
    this.#counter = new CallCounter(circuit, around)
    this.#setTimers(circuit.settings)
    circuit.attach(
      () => this.#counter.newPeriod(),
      () => this.#stopTimers(),
    )
    this.face = face(circuit, this.#counter, (call, options) => this.#run(call, options))
  }

  /** Whoever gives options first decides, in whichever order modules are loaded; later ones must agree. */
  configure(settings: CircuitSettings): void {
    if (this.#configured) {
      sameSettings(this.#circuit.name, this.#circuit.settings, settings)
      return
    }
    this.#configured = true
    this.#circuit.settings = settings
    this.#counter.configure(settings)
    this.#stopTimers()
    this.#setTimers(settings)
    // Once the check is gone nobody would stop them.
    if (this.#circuit.ended) this.#stopTimers()
  }

  async #run(call: AnyCall, options?: AnyOptions): Promise<unknown> {
    const counter = this.#counter
    if (this.#circuit.state !== 'closed') {
      counter.refused()
      return this.#fallBack(options, () => this.#circuit.refusal())
    }
    options?.signal?.throwIfAborted()
    const made = this.#begin(options?.signal)
    let answer: unknown
    try {
      answer = await (this.#timeoutTimer === undefined ? call(made) : made.bound(call(made)))
    } catch (error) {
      made.end()
      if (counter.threw(made, error)) return this.#fallBack(options, () => error)
      throw error
    }
    made.end()
    counter.succeeded(made)
    return answer
  }

  #begin(caller: AbortSignal | undefined): Call {
    const { timeoutMs } = this.#circuit.settings
    const call = new Call(this.#counter.period, caller, timeoutMs !== undefined)
    this.#counter.made()
    if (this.#slowTimer !== undefined) call.watchSlow(this.#slowTimer, this.#counter)
    if (this.#timeoutTimer !== undefined && timeoutMs !== undefined)
      call.watchTimeout(this.#timeoutTimer, this.#circuit.name, timeoutMs)
    return call
  }

  #fallBack(options: AnyOptions | undefined, error: () => unknown): unknown {
    const fallback = options?.fallback
    if (fallback === undefined) throw error()
    this.#counter.fellBack()
    // A refusal's error costs more than all the rest of it, and a value has no use for one.
    return typeof fallback === 'function' ? fallback(error()) : fallback
  }

  #setTimers({ slowCallMs, timeoutMs }: CircuitSettings): void {
    const timer = (afterMs: number | undefined): CallTimer | undefined =>
      afterMs === undefined ? undefined : new CallTimer(this.#around.clock, afterMs)
    this.#slowTimer = timer(slowCallMs)
    this.#timeoutTimer = timer(timeoutMs)
  }

  #stopTimers(): void {
    this.#slowTimer?.stop()
    this.#timeoutTimer?.stop()
  }
}

/** What the application holds. Closures, so that `const { run } = health.circuit(name)` works. */
function face(
  circuit: CheckCircuit,
  counter: CallCounter,
  runIt: (call: AnyCall, options?: AnyOptions) => Promise<unknown>,
): Circuit {
  const { name } = circuit
  function run(call: AnyCall, options?: AnyOptions): Promise<unknown> {
    mustBeFunction(name, 'run', call)
    return runIt(call, options)
  }
  function wrap(call: (...args: readonly unknown[]) => unknown, options?: AnyOptions) {
    mustBeFunction(name, 'wrap', call)
    return (...args: readonly unknown[]) => runIt(() => call(...args), options)
  }
  const made = {
    name,
    get state() {
      return circuit.state
    },
    get counts() {
      return counter.counts
    },
    run,
    wrap,
  }
  return Object.freeze(made) as Circuit
}

function mustBeFunction(name: string, method: string, call: unknown): void {
  if (typeof call === 'function') return
  const problems = new Problems()
  problems.add('call', `expected a function that makes the call, got ${kindOf(call)}`)
  problems.throwIfAny(`health.circuit('${name}').${method}`)
}
