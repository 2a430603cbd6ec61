import assert from 'node:assert/strict'
import { type CheckDefinition, check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { CheckReport } from '../core/report.ts'
import type { Status } from '../core/status.ts'
import { createHandler } from '../http/handle.ts'
import { secretsIn } from './secret-search.ts'

/** What a check must report. */
export interface Expectation {
  /** @default 'DOWN' */
  readonly status?: Status | undefined
  /** The text shown as `message` or `error`; a string is meant whole. */
  readonly text?: string | RegExp
}

/** An answer came, but not in time: on a busy machine that may be the machine's fault. */
export class TooSlow extends assert.AssertionError {}

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
  #unsettled = 0
  readonly #terms: RehearsalTerms
  readonly #health

  constructor(terms: RehearsalTerms) {
    this.#terms = terms
    this.#health = createHealth({
      checks: { subject: this.#counted(terms.create()), bystander: check(() => {}) },
    })
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
    assert.equal(report.status, status, `expected ${status}, got ${report.status}: ${shown}`)
    if (typeof text === 'string') assert.equal(shown, text)
    else if (text !== undefined) assert.match(shown, text)
    const { timeoutMs = 0 } = report.details
    if (tookMs > timeoutMs + this.#terms.slackMs) {
      throw new TooSlow({
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

  /** Gives a run that was aborted a moment to settle, without which the next one may not start. */
  async settles(): Promise<void> {
    for (let left = mostPolls; left > 0 && this.#unsettled > 0; left--) {
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
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
