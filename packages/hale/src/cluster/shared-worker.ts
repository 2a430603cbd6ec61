import type { Clock } from '../core/clock.ts'
import { deadline } from '../core/deadline.ts'
import type { Visibility } from '../core/group-settings.ts'
import type { GroupInfo, WatchedChange } from '../core/health.ts'
import { type Logger, logSafely } from '../core/logger.ts'
import type { CheckReport, Report, ServiceInfo } from '../core/report.ts'
import { repeat } from '../core/schedule.ts'
import type { Snapshot } from '../core/snapshot.ts'
import { isHealthy } from '../core/status.ts'
import type { Transition } from '../core/transitions.ts'
import { Watchers } from '../core/watchers.ts'
import { AloneAnswers } from './alone.ts'
import { Answers } from './answers.ts'
import type { Channel } from './channel.ts'
import type { ShareSettings } from './cluster-settings.ts'
import type { View } from './combine.ts'
import { fromPrimary } from './protocol.ts'
import { Reporter } from './reporter.ts'
import type { Shareable, SharedHealth } from './shared-health.ts'
import { asked, type Standing, type Verdict, verdicts } from './verdict.ts'

/** What `shareHealth` returns: answers from this worker's own fresh report and what it last heard of the others. */
export class SharedWorker implements SharedHealth {
  readonly clock: Clock
  readonly logger: Logger | undefined
  readonly service: ServiceInfo
  readonly #health: Shareable
  readonly #settings: ShareSettings
  readonly #answers: Answers
  readonly #aloneAnswers: AloneAnswers
  readonly #reporter: Reporter | undefined
  readonly #watchers: Watchers
  readonly #stops: (() => void)[] = []
  #cancelSilence: () => void = () => {}
  #heard: { readonly id: string; readonly summary: View['summary'] } | undefined
  /** Why nothing is heard; undefined while something is, or may still be. */
  #alone: string | undefined

  constructor(health: Shareable, settings: ShareSettings, channel: Channel | undefined) {
    this.#health = health
    this.clock = health.clock
    this.logger = health.logger
    this.service = health.service
    this.#settings = settings
    this.#answers = new Answers(health.clock)
    this.#aloneAnswers = new AloneAnswers(health.clock, settings.entry)
    this.#watchers = new Watchers((err) => logSafely(health.logger, 'error', 'a watcher failed', { err }))
    if (channel === undefined) return
    this.#stops.push(channel.listen((message) => this.#hear(message)))
    this.#awaitPrimary()
    this.#reporter = new Reporter(health, channel)
    this.#stops.push(health.on('transition', () => this.#reporter?.tellSoon()))
    this.#stops.push(repeat(health.clock, settings.intervalMs, () => this.#reporter?.beat()))
    this.#stops.push(repeat(health.clock, settings.refreshMs, () => this.#reporter?.refresh()))
  }

  get alone(): boolean {
    return this.#heard === undefined || this.#alone !== undefined
  }

  get groups(): readonly GroupInfo[] {
    return this.#health.groups
  }

  get transitions(): readonly Transition[] {
    return this.#health.transitions
  }

  ask(name: string, workers?: string): Report | Promise<Report> | undefined {
    if (name === this.#settings.entry) return this.#entryOf(this.latest('readiness', workers))
    const own = this.#health.ask(name)
    if (!(own instanceof Promise)) return own && this.#answer(own, workers)
    return own.then((report) => this.#answer(report, workers))
  }

  latest(name: string, workers?: string): Report | undefined {
    if (name === this.#settings.entry) return this.#entryOf(this.latest('readiness', workers))
    const own = this.#health.latest(name)
    return own && this.#answer(own, workers)
  }

  watch(changed: (what: WatchedChange) => void): () => void {
    const unwatch = this.#watchers.add(changed)
    const unwatchOwn = this.#health.watch?.(changed)
    return () => {
      unwatch()
      unwatchOwn?.()
    }
  }

  hasCheck(name: string): boolean {
    return name === this.#settings.entry || this.#health.hasCheck(name)
  }

  visibilityOf(name: string): Visibility | undefined {
    return this.#health.visibilityOf(name === this.#settings.entry ? 'readiness' : name)
  }

  snapshot(): Snapshot {
    const own = this.#health.snapshot()
    const checks: Record<string, CheckReport> = Object.create(null)
    for (const name of Object.keys(own.checks)) {
      const check = this.latest(name)?.checks[name]
      if (check !== undefined) checks[name] = check
    }
    const entry = this.latest('readiness')?.checks[this.#settings.entry]
    if (entry !== undefined) checks[entry.name] = entry
    const groups = this.groups.map(({ name }) => [name, this.latest(name)?.status ?? 'UNKNOWN'] as const)
    return { ...own, groups: Object.fromEntries(groups), checks }
  }

  async dispose(): Promise<void> {
    this.#reporter?.end()
    this.#cancelSilence()
    for (const stop of this.#stops.splice(0)) stop()
    this.#heard = undefined
    this.#alone = undefined
    this.#watchers.tell('status')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  #answer(own: Report, workers: string | undefined): Report {
    if (own.name === 'readiness' && isHealthy(own.status)) this.#reporter?.begins()
    const verdict = asked(workers, this.#verdictFor(own.name), verdicts)
    if (verdict === 'this') return own
    if (this.#alone !== undefined) return this.#aloneAnswers.of(own, this.#alone)
    if (this.#heard === undefined) return own
    const { id, summary } = this.#heard
    const self = { id, standing: this.#standing() }
    const { quorum, entry } = this.#settings
    return this.#answers.of(own, verdict, { summary, quorum, entry, self })
  }

  /** Restarting all for the sake of one mends nothing; and a service has begun when all of it has. */
  #verdictFor(name: string): Verdict {
    return name === 'liveness' ? 'this' : name === 'startup' ? 'worst' : this.#settings.verdict
  }

  #standing(): Standing {
    if (this.#health.draining) return 'leaving'
    if (this.#reporter?.begun === true) return 'reporting'
    const row = this.#heard?.summary.rows.find(({ id }) => id === this.#heard?.id)
    // The primary knows for how long it has been starting.
    return row === undefined || row.standing === 'starting' ? 'starting' : 'reporting'
  }

  #entryOf(readiness: Report | undefined): Report | undefined {
    const { entry } = this.#settings
    const check = readiness?.checks[entry]
    if (readiness === undefined || check === undefined) return undefined
    return this.#aloneAnswers.entry(readiness, check)
  }

  #hear(given: unknown): void {
    const message = fromPrimary(given)
    if (message === undefined) return
    const wasAlone = this.#alone !== undefined
    this.#alone = undefined
    this.#awaitPrimary()
    if (message.kind === 'summary') this.#heard = message
    if (message.kind === 'ask') this.#reporter?.tellAll()
    if (wasAlone || message.kind === 'summary') this.#watchers.tell('status')
  }

  #awaitPrimary(): void {
    this.#cancelSilence()
    // Not at once when the channel closes: a worker that leaves closes it first, and still has requests to answer.
    this.#cancelSilence = deadline(this.clock, this.#settings.silentAfterMs, () => {
      const never = this.#heard === undefined
      this.#alone = never ? 'the primary does not collect (collectHealth)' : 'the primary is silent'
      this.#watchers.tell('status')
    })
  }
}
