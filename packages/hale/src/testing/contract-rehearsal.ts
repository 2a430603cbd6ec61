import assert from 'node:assert/strict'
import { type CheckDefinition, check } from '../core/check.ts'
import { type CheckSettings, checkSettings } from '../core/check-settings.ts'
import { systemClock } from '../core/clock.ts'
import { createHealth } from '../core/create-health.ts'
import { down, type Outcome, up } from '../core/outcome.ts'
import type { CheckReport } from '../core/report.ts'
import type { Status } from '../core/status.ts'
import { Problems } from '../errors/problems.ts'
import { createHandler } from '../http/handle.ts'
import { Doubtful } from './contract-measurement.ts'
import { secretsIn } from './secret-search.ts'
import { threadTime } from './thread-time.ts'

/** What a check must report. */
export interface Expectation {
  /** @default 'DOWN' */
  readonly status?: Status | undefined
  /** The text shown as `message` or `error`; a string is meant whole. */
  readonly text?: string | RegExp
}

/** How a rehearsal is to be judged. */
export interface RehearsalTerms {
  readonly create: () => CheckDefinition
  readonly secrets: () => readonly string[]
  readonly recoverWithinMs: number
  readonly slackMs: number
}

const pollMs = 25
const mostPolls = 8
const probesPerAge = 4
const aloneForMs = 1_000

/** A registry of its own with the check under contract and another that is always well, and a record of the runs. */
export class ContractRehearsal implements AsyncDisposable {
  /** Runs of the check function so far. */
  started = 0
  /** The most of them that were unsettled at the same time. */
  mostUnsettled = 0
  /** How long a good result may be served, in milliseconds. */
  readonly ageMs: number
  #unsettled = 0
  /** Of those, how many have had their moment to settle. */
  #givenUp = 0
  #passedMs = 0
  readonly #terms: RehearsalTerms
  readonly #settings: CheckSettings | undefined
  readonly #health

  constructor(terms: RehearsalTerms) {
    this.#terms = terms
    const definition = terms.create()
    this.#health = createHealth({
      checks: { subject: this.#counted(definition), bystander: bystander(terms.slackMs) },
      clock: { ...systemClock, now: () => this.now() },
    })
    this.#settings = checkSettings('subject', definition, new Problems())
    this.ageMs = this.#settings?.intervalMs ?? this.#settings?.maxAgeMs.up ?? 0
  }

  /** Monotonic milliseconds, with those that were made to pass. */
  now(): number {
    return systemClock.now() + this.#passedMs
  }

  /** Lets results age by so many milliseconds more. To be called between runs. */
  pass(ms: number): void {
    this.#passedMs += ms
  }

  /** Asks as a probe does: runs the check only when there is no result that may be served. */
  async probe(): Promise<void> {
    await this.#health.ask('subject')
  }

  /** Runs the check now, or joins the run under way. */
  run(): Promise<CheckReport> {
    return this.#health.check('subject').run()
  }

  /** Runs the check now, and expects what is reported, within its timeout, while another check stays UP. */
  async expect(expected: Expectation): Promise<void> {
    const beside = this.#health.check('bystander').run()
    const [startedAt, from] = [performance.now(), threadTime()]
    const report = await this.run()
    this.#judge(report, threadTime() - from, expected, performance.now() - startedAt > this.#terms.slackMs)
    const { checks } = await this.#health.readiness()
    for (const { status, error } of [await beside, checks.bystander]) {
      if (status !== 'UP')
        throw new Doubtful({ message: `another check of the same registry was not UP: ${error}` })
    }
  }

  #judge(
    report: CheckReport,
    tookMs: number,
    { status = 'DOWN', text }: Expectation,
    hasTakenLong: boolean,
  ): void {
    const shown = report.error ?? report.message ?? ''
    const wanted = typeof text === 'string' ? shown === text : text?.test(shown) !== false
    if (report.status !== status || !wanted) {
      const message = `expected ${status}${text === undefined ? '' : ` ${text}`}, got ${report.status}: ${shown}`
      // It, or something of what it is made of, may have had an answer, too late.
      if (hasTakenLong || shown.startsWith('timed out')) throw new Doubtful({ message })
      assert.fail(message)
    }
    const { timeoutMs = 0 } = report.details
    if (tookMs > timeoutMs + this.#terms.slackMs) {
      throw new Doubtful({
        message: `reported after ${Math.round(tookMs)} ms; its timeout is ${timeoutMs} ms`,
      })
    }
  }

  /** Waits until the check is UP, for no longer than it may take to recover. Returns how many runs were not. */
  async recovers(): Promise<number> {
    const deadline = performance.now() + this.#terms.recoverWithinMs
    for (let bad = 0; ; bad++) {
      const { status, error, message } = await this.run()
      if (status === 'UP') return bad
      if (performance.now() > deadline) {
        const shown = `${status}: ${error ?? message}`
        assert.fail(
          `not UP within ${this.#terms.recoverWithinMs} ms while the dependency is well; it is ${shown}`,
        )
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  /** Whether the check is UP again by itself, with nobody else using the client, within about one age of its result. */
  async recoversAlone(): Promise<boolean> {
    const ageMs = this.#badAgeMs()
    const deadline = performance.now() + Math.min(ageMs, aloneForMs)
    // What is remembered is no longer served.
    this.pass(ageMs)
    await this.#probeOrRun()
    while (this.#report().status !== 'UP') {
      if (performance.now() > deadline) return false
      await new Promise((resolve) => setTimeout(resolve, pollMs))
      await this.run()
    }
    return true
  }

  /**
   * Probes as a platform does, to which a bad result is served until it is too old, and expects the check to be UP
   * within one age of it. Time is made to pass.
   */
  async follows(): Promise<void> {
    const ageMs = this.#badAgeMs()
    const withinMs = ageMs + (this.#settings?.timeoutMs ?? 0) + this.#terms.slackMs
    const deadline = this.now() + withinMs
    for (;;) {
      await this.#probeOrRun()
      const { status, error, message } = this.#report()
      if (status === 'UP') return
      if (this.now() > deadline) {
        const shown = `${status}: ${error ?? message}`
        throw new Doubtful({
          message: `not UP within ${Math.round(withinMs)} ms after the client works again; it is ${shown}`,
        })
      }
      this.pass(ageMs / probesPerAge)
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  #report(): CheckReport {
    return this.#health.check('subject').report()
  }

  /** For how long what it is now is served, or is the answer until the next run in the background. */
  #badAgeMs(): number {
    const { intervalMs, maxAgeMs } = this.#settings ?? {}
    return intervalMs ?? maxAgeMs?.[this.#report().status === 'DEGRADED' ? 'up' : 'down'] ?? 0
  }

  /** The background's runs are not hurried by time that is made to pass. */
  async #probeOrRun(): Promise<void> {
    await (this.#settings?.intervalMs === undefined ? this.probe() : this.run())
  }

  /** Gives a run that was aborted a moment to settle, without which the next one may not start. Each has one. */
  async settles(): Promise<void> {
    for (let left = mostPolls; left > 0 && this.#unsettled > this.#givenUp; left--) {
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
    this.#givenUp = this.#unsettled
  }

  /** Looks through the report, what is remembered and every answer at the highest visibility. */
  async expectNoSecrets(): Promise<void> {
    const places: Record<string, unknown> = {
      'the report': this.#report(),
      'the snapshot': this.#health.snapshot(),
    }
    const handle = createHandler(this.#health, { visibility: 'debug' })
    for (const path of ['/health/ready', '/health/subject', '/readyz?verbose']) {
      for (const accept of ['application/json', 'text/html', 'text/plain']) {
        const answer = await handle({ method: 'GET', url: path, headers: { accept } })
        places[`the answer to GET ${path} as ${accept}`] = answer
      }
    }
    const secrets = this.#terms.secrets()
    for (const [place, content] of Object.entries(places)) {
      const found = secretsIn(JSON.stringify(content) ?? '', secrets)
      assert.deepEqual(found, [], `${place} shows secrets[${found.join('], secrets[')}]`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#health.dispose()
  }

  #counted(definition: CheckDefinition): CheckDefinition {
    const { run } = definition
    if (run === undefined) return definition
    return {
      ...definition,
      run: async (context) => {
        this.started++
        this.mostUnsettled = Math.max(this.mostUnsettled, ++this.#unsettled)
        try {
          return await run(context)
        } finally {
          this.#unsettled--
        }
      },
    }
  }
}

/** Is well, unless others keep it from its turn of the loop for longer than that. */
function bystander(slackMs: number): CheckDefinition {
  const run = async (): Promise<Outcome> => {
    const from = threadTime()
    await new Promise((resolve) => setTimeout(resolve, 1))
    const tookMs = Math.round(threadTime() - from)
    return tookMs > slackMs ? down(`its turn came after ${tookMs} ms`) : up()
  }
  return check(run, { timeoutMs: 5_000, maxAgeMs: { up: 0, down: 0 } })
}
