import type { Clock } from '../core/clock.ts'
import type { WatchedChange } from '../core/health.ts'
import { type Logger, logSafely } from '../core/logger.ts'
import { repeat } from '../core/schedule.ts'
import { isHealthy } from '../core/status.ts'
import { boundText } from '../core/text.ts'
import { callSafely } from '../errors/call-safely.ts'
import type { Channel } from './channel.ts'
import type { CollectSettings, WorkerInfo } from './cluster-settings.ts'
import type { Member } from './member.ts'
import { envelope, fromWorker } from './protocol.ts'
import { Roster } from './roster.ts'
import { summarize } from './summarize.ts'
import { type Summary, voteOf } from './summary.ts'
import { count, type Standing, type Vote } from './verdict.ts'
import type { WorkerState } from './worker-state.ts'

// A worker that dies and the one that is started in its place are one change, and so are all that drain together.
const gatherMs = 20
const spreadMs = 100

/** A worker that has been attached. */
export interface Attached {
  /** It goes on purpose: being gone is no failure. */
  leaves(): void
  /** It is gone. */
  gone(): void
}

interface Line {
  readonly channel: Channel
  readonly stop: () => void
  /** The last summary was dropped, since the worker took nothing then. */
  behind: boolean
}

/** The primary's side: hears every worker, and tells each of them what all say. */
export class Collector {
  readonly roster: Roster
  readonly #settings: CollectSettings
  readonly #clock: Clock
  readonly #logger: Logger | undefined
  readonly #spread: (what: WatchedChange) => void
  readonly #lines = new Map<Member, Line>()
  readonly #stopBeating: () => void
  #standings = new Map<string, Standing>()
  #summary: Summary | undefined
  #booted = false
  #started = false
  #draining: string | undefined
  #told = ''
  #toldAt = -Infinity
  #cancelTelling: (() => void) | undefined
  #ended = false

  /** `spread` is called after each change, once all workers have been told; a `'result'` they need not be told. */
  constructor(settings: CollectSettings, spread: (what: WatchedChange) => void) {
    const { clock, workers, logger, intervalMs } = settings
    this.#settings = settings
    this.#clock = clock
    this.#logger = logger
    this.#spread = spread
    this.roster = new Roster(clock, settings, workers, () => this.#changed())
    this.#stopBeating = repeat(clock, intervalMs, () => this.#beat())
  }

  attach(kind: WorkerInfo['kind'], id: number, channel: Channel): Attached {
    const member = this.roster.join(`${kind} ${id}`)
    const stop = channel.listen((message) => this.#hear(member, line, message))
    const line: Line = { channel, stop, behind: false }
    this.#lines.set(member, line)
    return {
      leaves: () => member.leaves(),
      gone: () => {
        stop()
        this.#lines.delete(member)
        this.roster.leave(member)
      },
    }
  }

  /** What all workers say now; the same object for as long as it is the same. */
  get summary(): Summary {
    if (this.#summary !== undefined) return this.#summary
    const { places } = this.roster
    this.#booted ||= places.length > 0 && places.every(({ standing }) => standing !== 'starting')
    const course = {
      booted: this.#booted,
      ...(this.#draining !== undefined && { draining: this.#draining }),
    }
    const summary = summarize(places, course)
    this.#started ||=
      this.#booted && isHealthy(count(votesOn('startup', summary), { verdict: 'worst', booted: true }))
    this.#summary = { ...summary, started: this.#started }
    return this.#summary
  }

  /** The states of the workers that told any; those that report first. */
  get states(): readonly WorkerState[] {
    const members = [...this.roster.members].sort((a, b) => Number(a.silent) - Number(b.silent))
    return members.flatMap(({ state }) => state ?? [])
  }

  get draining(): boolean {
    return this.#draining !== undefined
  }

  drain(reason: string | undefined): void {
    this.#draining = boundText(reason) ?? ''
    this.#summary = undefined
    this.#cancelTelling?.()
    this.#tell()
  }

  end(): void {
    this.#ended = true
    this.#stopBeating()
    this.#cancelTelling?.()
    for (const { stop } of this.#lines.values()) stop()
    this.#lines.clear()
    this.roster.end()
  }

  #hear(member: Member, line: Line, given: unknown): void {
    const message = fromWorker(given)
    if (message === undefined) return
    // It has missed what was said meanwhile.
    if (member.heard()) this.#tellOne(member, line)
    if (message.kind === 'bye') member.saysBye()
    else if (message.kind === 'state') member.told(message.state)
    else if (member.state === undefined) line.channel.post(envelope({ kind: 'ask' }))
  }

  #changed(): void {
    this.#summary = undefined
    if (this.#ended || this.#cancelTelling !== undefined) return
    const waitMs = Math.max(gatherMs, this.#toldAt + spreadMs - this.#clock.now())
    this.#cancelTelling = this.#clock.after(waitMs, () => this.#tell())
  }

  #tell(): void {
    this.#cancelTelling = undefined
    this.#noteStandings()
    const text = JSON.stringify(this.summary)
    const isNew = text !== this.#told
    if (isNew) {
      this.#told = text
      this.#toldAt = this.#clock.now()
      for (const [member, line] of this.#lines) if (!member.silent) this.#tellOne(member, line)
    }
    this.#spread(isNew ? 'status' : 'result')
  }

  #tellOne({ id }: Member, line: Line): void {
    line.behind = !line.channel.post(envelope({ kind: 'summary', id, summary: this.summary }))
  }

  /** What a silent worker is sent would only pile up. */
  #beat(): void {
    for (const [member, line] of this.#lines) {
      if (member.silent) continue
      if (line.behind) this.#tellOne(member, line)
      else line.channel.post(envelope({ kind: 'beat' }))
    }
  }

  #noteStandings(): void {
    const before = this.#standings
    this.#standings = new Map(this.roster.places.map(({ id, standing }) => [id, standing]))
    for (const [id, standing] of this.#standings) {
      if (id === '' || before.get(id) === standing) continue
      const bad = standing === 'silent' || standing === 'missing'
      logSafely(this.#logger, bad ? 'error' : 'info', `worker ${id} is ${standing}`, { worker: id, standing })
      this.#notify(id, standing)
    }
  }

  #notify(name: string, standing: Standing): void {
    const [kind, id] = name.split(' ') as [WorkerInfo['kind'], string]
    const complain = (error: unknown): void =>
      logSafely(this.#logger, 'error', 'onWorker failed', { err: error })
    callSafely(() => this.#settings.onWorker?.({ kind, id: Number(id), standing }), complain)
  }
}

function votesOn(name: string, { names, rows }: Pick<Summary, 'names' | 'rows'>): readonly Vote[] {
  const index = names.indexOf(name)
  return rows.flatMap((row) => voteOf(row, index) ?? [])
}
