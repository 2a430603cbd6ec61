import { probeNames } from '../core/check.ts'
import type { Clock } from '../core/clock.ts'
import { Events } from '../core/events.ts'
import { defaultBudgetMs, terser, type Visibility } from '../core/group-settings.ts'
import type { GroupInfo, WatchedChange } from '../core/health.ts'
import { type Logger, logSafely } from '../core/logger.ts'
import type { CheckReport, Report, ServiceInfo } from '../core/report.ts'
import type { Snapshot } from '../core/snapshot.ts'
import type { Status } from '../core/status.ts'
import type { HealthEvents, Transition } from '../core/transitions.ts'
import { Watchers } from '../core/watchers.ts'
import { AloneAnswers } from './alone.ts'
import { Answers } from './answers.ts'
import type { CollectSettings, WorkerInfo } from './cluster-settings.ts'
import type { CollectedHealth } from './collected-health.ts'
import { Collector } from './collector.ts'
import { dropUnknown } from './drop-unknown.ts'
import { frame } from './frame.ts'
import type { Summary } from './summary.ts'
import { asked, type Verdict } from './verdict.ts'

type VerdictOfAll = Exclude<Verdict, 'this'>

const verdictsOfAll: readonly VerdictOfAll[] = ['worst', 'best', 'quorum']
const reportAgeMs = 1000
const transitionsKept = 50

interface Framed {
  readonly summary: Summary
  readonly report: Report | undefined
  readonly until: number
}

/** What `collectHealth` returns, but for `add`: answers from what the workers told last, and runs nothing. */
export class CollectedSource implements Omit<CollectedHealth, 'add'> {
  readonly clock: Clock
  readonly logger: Logger | undefined
  readonly collector: Collector
  readonly #settings: CollectSettings
  readonly #createdAt: number
  readonly #answers: Answers
  readonly #entries: AloneAnswers
  readonly #events: Events
  readonly #watchers: Watchers
  readonly #frames = new Map<string, Framed>()
  readonly #statuses = new Map<string, Status>()
  readonly #stop: () => void
  #groups: readonly GroupInfo[] = []
  #groupsOf: Summary | undefined
  #groupsText = ''

  constructor(settings: CollectSettings, stop: () => void) {
    this.clock = settings.clock
    this.logger = settings.logger
    this.#settings = settings
    this.#stop = stop
    this.#createdAt = settings.clock.now()
    this.#answers = new Answers(settings.clock)
    this.#entries = new AloneAnswers(settings.clock, settings.entry)
    this.#events = new Events(transitionsKept, settings.logger)
    this.#watchers = new Watchers((err) => logSafely(settings.logger, 'error', 'a watcher failed', { err }))
    this.collector = new Collector(settings, (what) => {
      if (what === 'status') this.#noteTransitions()
      this.#watchers.tell(what)
    })
  }

  get service(): ServiceInfo {
    return this.#settings.service ?? this.collector.states[0]?.service ?? {}
  }

  /** The same list for as long as the workers tell of the same, however often they do. */
  get groups(): readonly GroupInfo[] {
    const { summary } = this.collector
    if (summary !== this.#groupsOf) {
      this.#groupsOf = summary
      const groups = this.#groupsNow()
      const text = JSON.stringify([groups, summary.names])
      if (text !== this.#groupsText) {
        this.#groupsText = text
        this.#groups = groups
      }
    }
    return this.#groups
  }

  #groupsNow(): readonly GroupInfo[] {
    const known = new Map<string, GroupInfo>()
    for (const name of probeNames)
      known.set(name, { name, kind: 'probe', budgetMs: defaultBudgetMs, members: [] })
    for (const state of [...this.collector.states].reverse()) {
      for (const { status, application, ...info } of state.groups) known.set(info.name, info)
    }
    return [...known.values()]
  }

  get transitions(): readonly Transition[] {
    return this.#events.history
  }

  get workers(): readonly WorkerInfo[] {
    return this.collector.roster.places
      .filter(({ id }) => id !== '')
      .map(({ id, standing }) => {
        const [kind, number] = id.split(' ') as [WorkerInfo['kind'], string]
        return { kind, id: Number(number), standing }
      })
  }

  ask(name: string, workers?: string): Report | undefined {
    return this.latest(name, workers)
  }

  latest(name: string, workers?: string): Report | undefined {
    const { entry, quorum } = this.#settings
    if (name === entry) return this.#entryOf(this.latest('readiness', workers))
    const { summary } = this.collector
    const own = this.#framed(name, summary)
    const verdict = asked(workers, this.#verdictFor(name), verdictsOfAll)
    return own && this.#answers.of(own, verdict, { summary, quorum, entry, self: undefined })
  }

  watch(changed: (what: WatchedChange) => void): () => void {
    return this.#watchers.add(changed)
  }

  hasCheck(name: string): boolean {
    if (name === this.#settings.entry) return true
    return this.collector.summary.names.includes(name) && !this.groups.some((group) => group.name === name)
  }

  visibilityOf(name: string): Visibility | undefined {
    const wanted = name === this.#settings.entry ? 'readiness' : name
    let tersest: Visibility | undefined
    for (const { groups, visibilities } of this.collector.states) {
      tersest = terser(tersest, groups.find((group) => group.name === wanted)?.visibility)
      if (Object.hasOwn(visibilities, wanted)) tersest = terser(tersest, visibilities[wanted])
    }
    return tersest
  }

  snapshot(): Snapshot {
    const checks: Record<string, CheckReport> = Object.create(null)
    const groups: Record<string, Status> = {}
    for (const { name } of this.groups) groups[name] = this.latest(name)?.status ?? 'UNKNOWN'
    for (const name of this.collector.summary.names) {
      const check = this.latest(name)?.checks[name]
      if (check !== undefined) checks[name] = check
    }
    const readiness = this.latest('readiness') as Report
    const entry = readiness.checks[this.#settings.entry]
    if (entry !== undefined) checks[entry.name] = entry
    return {
      service: this.service,
      timestamp: this.clock.wallTime(),
      uptimeMs: this.clock.now() - this.#createdAt,
      application: readiness.application,
      groups,
      checks,
      transitions: this.transitions,
    }
  }

  drain(reason?: string): void {
    this.collector.drain(reason)
  }

  get draining(): boolean {
    return this.collector.draining
  }

  on<E extends keyof HealthEvents>(event: E, listener: (event: HealthEvents[E]) => void): () => void {
    return this.#events.on(event, listener)
  }

  async dispose(): Promise<void> {
    this.#stop()
    this.collector.end()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  /** The primary itself is alive when it answers: it is restarted when no worker is left, and none comes. */
  #verdictFor(name: string): VerdictOfAll {
    if (name === 'liveness') return 'best'
    return name === 'startup' ? 'worst' : (this.#settings.verdict as VerdictOfAll)
  }

  /** The frame of a name, anew when a worker has told something, and each second for the time in it. */
  #framed(name: string, summary: Summary): Report | undefined {
    const now = this.clock.now()
    const kept = this.#frames.get(name)
    if (kept?.summary === summary && now < kept.until) return kept.report
    const known = frame(name, this.collector.states)
    if (known === undefined) return undefined
    const timed = name !== 'liveness'
    const time = timed ? { timestamp: this.clock.wallTime(), uptimeMs: now - this.#createdAt } : {}
    const report = { ...known, ...time }
    dropUnknown(this.#frames, summary.names)
    this.#frames.set(name, { summary, report, until: timed ? now + reportAgeMs : Infinity })
    return report
  }

  #entryOf(readiness: Report | undefined): Report | undefined {
    const check = readiness?.checks[this.#settings.entry]
    return readiness && check && this.#entries.entry(readiness, check)
  }

  #noteTransitions(): void {
    for (const { name } of this.groups) {
      const result = this.latest(name)
      const from = this.#statuses.get(name) ?? 'UNKNOWN'
      if (result === undefined || result.status === from) continue
      this.#statuses.set(name, result.status)
      this.#events.transition({ probe: name, from, to: result.status, at: this.clock.wallTime(), result })
    }
  }
}
