import assert from 'node:assert/strict'
import { type CheckDefinition, check } from '../core/check.ts'
import { checkSettings } from '../core/check-settings.ts'
import { systemClock } from '../core/clock.ts'
import { createHealth } from '../core/create-health.ts'
import type { CheckReport } from '../core/report.ts'
import type { Status } from '../core/status.ts'
import { Problems } from '../errors/problems.ts'
import { createHandler } from '../http/handle.ts'
import { secretsIn } from './secret-search.ts'

/** What a check must report. */
export interface Expectation {
  /** @default 'DOWN' */
  readonly status?: Status | undefined
  /** The text shown as `message` or `error`; a string is meant whole. */
  readonly text?: string | RegExp
}

/** May be the fault of a busy machine, or of others who ask the dependency: measured again before it counts. */
export class Doubtful extends assert.AssertionError {}

/** How a rehearsal is to be judged. */
export interface RehearsalTerms {
  readonly create: () => CheckDefinition
  readonly secrets: () => readonly string[]
  readonly recoverWithinMs: number
  readonly slackMs: number
}

const pollMs = 25
const mostPolls = 8

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
  readonly #health

  constructor(terms: RehearsalTerms) {
    this.#terms = terms
    const definition = terms.create()
    this.#health = createHealth({
      checks: { subject: this.#counted(definition), bystander: check(() => {}) },
      clock: { ...systemClock, now: () => this.now() },
    })
    const settings = checkSettings('subject', definition, new Problems())
    this.ageMs = settings?.intervalMs ?? settings?.maxAgeMs.up ?? 0
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

  /** Runs the check now, and expects what is reported, within its timeout. */
  async expect({ status = 'DOWN', text }: Expectation): Promise<void> {
    const startedAt = performance.now()
    const report = await this.run()
    const tookMs = performance.now() - startedAt
    const shown = report.error ?? report.message ?? ''
    const wanted = typeof text === 'string' ? shown === text : text?.test(shown) !== false
    if (report.status !== status || !wanted) {
      const message = `expected ${status}${text === undefined ? '' : ` ${text}`}, got ${report.status}: ${shown}`
      // It may have had an answer, too late.
      if (shown.startsWith('timed out after')) throw new Doubtful({ message })
      assert.fail(message)
    }
    const { timeoutMs = 0 } = report.details
    if (tookMs > timeoutMs + this.#terms.slackMs) {
      throw new Doubtful({
        message: `reported after ${Math.round(tookMs)} ms; its timeout is ${timeoutMs} ms`,
      })
    }
  }

  /** Waits until the check is UP, for no longer than it may take to recover. */
  async recovers(): Promise<void> {
    const deadline = performance.now() + this.#terms.recoverWithinMs
    for (;;) {
      const { status, error, message } = await this.run()
      if (status === 'UP') return
      if (performance.now() > deadline) {
        const shown = `${status}: ${error ?? message}`
        assert.fail(
          `not UP within ${this.#terms.recoverWithinMs} ms while the dependency is well; it is ${shown}`,
        )
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  /** Gives a run that was aborted a moment to settle, without which the next one may not start. Each has one. */
  async settles(): Promise<void> {
    for (let left = mostPolls; left > 0 && this.#unsettled > this.#givenUp; left--) {
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
    this.#givenUp = this.#unsettled
  }

  async expectBystanderUp(): Promise<void> {
    const { status } = (await this.#health.readiness()).checks.bystander
    assert.equal(status, 'UP', 'another check of the same registry was not UP')
  }

  /** Looks through the report, what is remembered and every answer at the highest visibility. */
  async expectNoSecrets(): Promise<void> {
    const places: Record<string, unknown> = {
      'the report': this.#health.check('subject').report(),
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
