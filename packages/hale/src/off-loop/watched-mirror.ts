import { probeNames } from '../core/check.ts'
import { terser, type Visibility } from '../core/group-settings.ts'
import type { Logger } from '../core/logger.ts'
import type { Report, Validity } from '../core/report.ts'
import { Mirror } from '../mirror/mirror.ts'
import { LoopWatch } from './loop-watch.ts'
import { blockedReport, laterReport, loopCheckName, loopReport, outdatedReport } from './made-reports.ts'
import { monotonicMs } from './monotonic.ts'
import { type MainLink, Refresher } from './refresher.ts'
import type { SharedMemory } from './shared-memory.ts'
import { stateFrom, type TimedState } from './state-text.ts'

/** When the main thread's loop or its results are not to be believed any more. */
export interface WatchLimits {
  readonly blockedAfterMs: number
  readonly maxSnapshotAgeMs: number
}

/** A report as the main thread last had it, and until when it holds; on the clock of `monotonicMs`. */
interface Known {
  readonly report: Report
  readonly takenAt: number
  readonly freshUntil: number
  readonly staleAt: number
}

const secondMs = 1000
// The main thread answers when its budget is spent; that answer has to come over.
const graceMs = 25

/** The main thread's registry as the probe thread sees it: through shared memory, asking the main loop when it turns. */
export class WatchedMirror extends Mirror {
  readonly #memory: SharedMemory
  #limits: WatchLimits
  readonly #loop: LoopWatch
  readonly #refresher: Refresher
  readonly #answers = new Map<string, Known>()
  readonly #made = new Map<string, { readonly of: Report; readonly key: string; readonly report: Report }>()
  #sequence = 0
  #takenAt = 0
  #nextWithinMs = 0

  constructor(memory: SharedMemory, limits: WatchLimits, link: MainLink, logger?: Logger) {
    const read = memory.read()
    const first = stateFrom(read?.text ?? '')
    super(first.state, undefined, logger)
    this.#memory = memory
    this.#limits = limits
    this.#loop = new LoopWatch(memory)
    this.#refresher = new Refresher(link)
    this.#sequence = read?.sequence ?? 0
    this.#takenAt = first.takenAt
    this.#nextWithinMs = first.nextWithinMs
  }

  set limits(limits: WatchLimits) {
    this.#limits = limits
  }

  stop(): void {
    this.#loop.stop()
    this.#refresher.giveUp()
  }

  /** The main loop has given a sign. */
  sign(): void {
    this.#refresher.sign()
  }

  /** The main loop has asked its registry. */
  answered(name: string, report: Report | undefined, takenAt: number, validity: Partial<Validity>): void {
    if (report !== undefined) this.#answers.set(name, known(report, takenAt, validity))
    this.#refresher.answered(name)
  }

  override hasCheck(name: string): boolean {
    this.#look()
    return super.hasCheck(name) || (name === loopCheckName && super.latest(name) === undefined)
  }

  /** The loop's own check is shown as a self check would be: as the tersest of the probes, which it decides. */
  override visibilityOf(name: string): Visibility | undefined {
    const own = name === loopCheckName && super.latest(name) === undefined
    return own
      ? probeNames.map((probe) => super.visibilityOf(probe)).reduce(terser, undefined)
      : super.visibilityOf(name)
  }

  override ask(name: string): Report | Promise<Report> | undefined {
    this.#look()
    const now = monotonicMs()
    const found = this.#known(name)
    if (found === undefined) return name === loopCheckName ? this.#ofLoop(now) : undefined
    if (now < found.freshUntil || this.#blocked(name, now)) return this.#served(name, found, now)
    const budgetMs = this.groups.find((group) => group.name === name)?.budgetMs ?? this.#readinessBudgetMs
    // What may not be served as it is can only win by waiting, however busy the loop.
    const end = this.#refresher.refresh(name, budgetMs + graceMs, this.#outdated(found, now))
    if (!(end instanceof Promise)) return this.#served(name, found, now)
    return end.then(() => this.#servedNow(name, found))
  }

  /** As `ask` would answer without asking: what is blocked or outdated is not believed here either. */
  override latest(name: string): Report | undefined {
    this.#look()
    const now = monotonicMs()
    const found = this.#known(name)
    if (found === undefined) return name === loopCheckName ? this.#ofLoop(now) : undefined
    return this.#served(name, found, now)
  }

  /** What a single check has, too. */
  get #readinessBudgetMs(): number {
    return this.groups.find(({ name }) => name === 'readiness')?.budgetMs ?? 0
  }

  #servedNow(name: string, asked: Known): Report {
    this.#look()
    return this.#served(name, this.#known(name) ?? asked, monotonicMs())
  }

  #served(name: string, found: Known, now: number): Report {
    const { report, takenAt, freshUntil } = found
    const silentMs = this.#loop.silentMs(now)
    if (this.#blocked(name, now)) {
      const key = `blocked ${Math.floor(silentMs / secondMs)}`
      return this.#kept(name, report, key, () => blockedReport(report, silentMs))
    }
    if (this.#outdated(found, now)) {
      const overdueMs = now - Math.max(freshUntil, takenAt)
      const key = `outdated ${Math.floor(overdueMs / secondMs)}`
      return this.#kept(name, report, key, () => outdatedReport(report, overdueMs))
    }
    if (report.timestamp === undefined) return report
    // As long as the main loop turns and says nothing else, it is as it was.
    const asOf = Math.min(this.#memory.lastBeatMs, freshUntil)
    const laterMs = Math.floor((asOf - takenAt) / secondMs) * secondMs
    if (laterMs <= 0) return report
    return this.#kept(name, report, `later ${laterMs}`, () => laterReport(report, laterMs))
  }

  /** Startup is left as it is: once complete it is so for good, and loading at a start may well take its time. */
  #blocked(name: string, now: number): boolean {
    return name !== 'startup' && this.#loop.silentMs(now) > this.#limits.blockedAfterMs
  }

  #outdated({ freshUntil, staleAt }: Known, now: number): boolean {
    return now >= staleAt || now - freshUntil > this.#limits.maxSnapshotAgeMs
  }

  #ofLoop(now: number): Report {
    const silentMs = this.#loop.silentMs(now)
    const blocked = silentMs > this.#limits.blockedAfterMs
    const { utilization } = this.#memory.figures
    const figures = { delayMs: this.#loop.delayMs(now), utilization }
    const key = `${Math.floor(now / secondMs)} ${blocked}`
    const readiness = super.latest('readiness') as Report
    return this.#kept(loopCheckName, readiness, key, () =>
      loopReport(figures, silentMs, blocked, this.clock.wallTime()),
    )
  }

  /** The same object for as long as it says the same: its renderings are kept with it. */
  #kept(name: string, of: Report, key: string, make: () => Report): Report {
    const kept = this.#made.get(name)
    if (kept?.of === of && kept.key === key) return kept.report
    const report = make()
    this.#made.set(name, { of, key, report })
    return report
  }

  #known(name: string): Known | undefined {
    const answer = this.#answers.get(name)
    if (answer !== undefined && answer.takenAt >= this.#takenAt) return answer
    const report = super.latest(name)
    const { freshMs = Infinity, staleMs = Infinity } = this.state.validities[name] ?? {}
    // Background results are fresh until they are stale, and the next of them may come so much later.
    const later = this.#nextWithinMs
    const validity = { freshMs: freshMs < staleMs ? freshMs : freshMs + later, staleMs: staleMs + later }
    return report && known(report, this.#takenAt, validity)
  }

  /** Reads the state when there is a new one. */
  #look(): void {
    if (this.#memory.sequence === this.#sequence) return
    const read = this.#memory.read()
    if (read === undefined) return
    const { state, takenAt, nextWithinMs }: TimedState = stateFrom(read.text)
    this.#sequence = read.sequence
    this.#takenAt = takenAt
    this.#nextWithinMs = nextWithinMs
    this.show(state)
    // Checks come and go; nothing is kept for one that is gone.
    for (const kept of [this.#answers, this.#made])
      for (const name of kept.keys())
        if (super.latest(name) === undefined && name !== loopCheckName) kept.delete(name)
  }
}

function known(report: Report, takenAt: number, { freshMs, staleMs }: Partial<Validity>): Known {
  return {
    report,
    takenAt,
    freshUntil: takenAt + (freshMs ?? Infinity),
    staleAt: takenAt + (staleMs ?? Infinity),
  }
}
