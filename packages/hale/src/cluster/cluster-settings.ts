import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/logger.ts'
import { validateName } from '../core/names.ts'
import type { ServiceInfo } from '../core/report.ts'
import { clockOf, loggerOf, serviceOf } from '../core/source-settings.ts'
import { kindOf, Problems } from '../errors/problems.ts'
import { type Standing, type Verdict, verdicts } from './verdict.ts'

/** What the options of `shareHealth` and `collectHealth` have in common. */
export interface ClusterOptions {
  /**
   * Whose health readiness and groups tell of, when the request does not say. Liveness and startup have their own
   * rules: see `docs/several-processes.md`.
   * @default 'quorum'
   */
  readonly verdict?: Verdict
  /**
   * How many workers a quorum is.
   * @default more than half of the workers that are neither starting nor leaving
   */
  readonly quorum?: number
  /**
   * Milliseconds between signs of life.
   * @default 1000
   */
  readonly intervalMs?: number
  /**
   * Milliseconds without a sign of life after which the other side is silent: a worker then counts as DOWN.
   * @default 5000
   */
  readonly silentAfterMs?: number
  /**
   * The name of the entry in bodies that tells of the workers.
   * @default 'workers'
   */
  readonly entry?: string
}

/** Options of `shareHealth`. */
export interface ShareOptions extends ClusterOptions {
  /**
   * Milliseconds between the worker's own questions to its probes and groups. Nobody asks a worker that the platform's
   * probes do not reach; without this its last result would stand for ever.
   * @default 5000
   */
  readonly refreshMs?: number
}

/** Options of `collectHealth`. */
export interface CollectOptions extends Omit<ClusterOptions, 'verdict'> {
  /**
   * The same, for the endpoints of the primary itself; it has no health of its own that could be `'this'`.
   * @default 'quorum'
   */
  readonly verdict?: Exclude<Verdict, 'this'>
  /**
   * How many workers there are to be.
   * @default as many as were started and have not left on purpose
   */
  readonly workers?: number
  /**
   * Milliseconds that a worker may take from its start until it has been ready once, before it counts like any other.
   * @default 30000
   */
  readonly startWithinMs?: number
  /**
   * Shown in bodies.
   * @default what the workers say
   */
  readonly service?: ServiceInfo
  /**
   * Hears of each worker whose standing changes: the place to end one that has fallen silent.
   * @default nobody
   */
  readonly onWorker?: (worker: WorkerInfo) => void
  /**
   * Where transitions and workers that fall silent are logged; `console` is one.
   * @default nowhere
   */
  readonly logger?: Logger
  /**
   * Where time comes from.
   * @default the process's own clock
   */
  readonly clock?: Clock
}

/** One worker as the others see it. */
export interface WorkerInfo {
  readonly kind: 'process' | 'thread'
  /** `cluster.worker.id`, or the thread's `threadId`. */
  readonly id: number
  readonly standing: Standing
}

export interface ClusterSettings {
  readonly verdict: Verdict
  readonly quorum: number | undefined
  readonly intervalMs: number
  readonly silentAfterMs: number
  readonly entry: string
}

export interface ShareSettings extends ClusterSettings {
  readonly refreshMs: number
}

export interface CollectSettings extends ClusterSettings {
  readonly verdict: Exclude<Verdict, 'this'>
  readonly workers: number | undefined
  readonly startWithinMs: number
  readonly service: ServiceInfo | undefined
  readonly onWorker: ((worker: WorkerInfo) => void) | undefined
  readonly logger: Logger | undefined
  readonly clock: Clock
}

const known = ['verdict', 'quorum', 'intervalMs', 'silentAfterMs', 'entry']
const milliseconds = { min: 1, unit: 'milliseconds' }

/** Validates the options of `shareHealth`; the caller throws what was found, with what is wrong with the registry. */
export function shareSettings(given: unknown, problems: Problems): ShareSettings {
  const options = problems.object('options', given)
  problems.knownKeys('', options, [...known, 'refreshMs'])
  return {
    ...clusterSettings(options, problems),
    verdict: problems.oneOf('verdict', options.verdict, verdicts) ?? 'quorum',
    refreshMs: problems.number('refreshMs', options.refreshMs, 5000, milliseconds),
  }
}

/** Validates the options of `collectHealth`; throws with every problem found. */
export function collectSettings(given: unknown): CollectSettings {
  const problems = new Problems()
  const options = problems.object('options', given)
  problems.knownKeys('', options, [
    ...known,
    ...['workers', 'startWithinMs', 'service', 'onWorker', 'logger', 'clock'],
  ])
  const shared = clusterSettings(options, problems)
  const ofAll = ['worst', 'best', 'quorum'] as const
  const workers = optional('workers', options.workers, problems)
  if (workers !== undefined && shared.quorum !== undefined && shared.quorum > workers)
    problems.add(
      'quorum',
      `there are to be ${workers} workers, of which no ${shared.quorum} can ever be ready`,
    )
  const settings = {
    ...shared,
    verdict: problems.oneOf('verdict', options.verdict, ofAll) ?? 'quorum',
    workers,
    startWithinMs: problems.number('startWithinMs', options.startWithinMs, 30_000, milliseconds),
    service: options.service === undefined ? undefined : serviceOf(options.service, problems),
    onWorker: listener(options.onWorker, problems),
    logger: loggerOf(options.logger, problems),
    clock: clockOf(options.clock, problems),
  }
  problems.throwIfAny('collectHealth')
  return settings
}

function clusterSettings(options: Fields, problems: Problems): Omit<ClusterSettings, 'verdict'> {
  const intervalMs = problems.number('intervalMs', options.intervalMs, 1000, milliseconds)
  const silentAfterMs = problems.number('silentAfterMs', options.silentAfterMs, 5000, milliseconds)
  if (silentAfterMs < 2 * intervalMs) {
    const mend = `expected at least twice intervalMs (${intervalMs}), or one sign of life that is late counts as silence`
    problems.add('silentAfterMs', mend)
  }
  const entry = problems.string('entry', options.entry) ?? 'workers'
  validateName('entry', entry, new Map(), problems)
  return { quorum: optional('quorum', options.quorum, problems), intervalMs, silentAfterMs, entry }
}

type Fields = Readonly<Record<string, unknown>>

function optional(path: string, value: unknown, problems: Problems): number | undefined {
  return value === undefined ? undefined : problems.number(path, value, 1, { min: 1, integer: true })
}

function listener(value: unknown, problems: Problems): CollectSettings['onWorker'] {
  if (value === undefined || typeof value === 'function') return value as CollectSettings['onWorker']
  problems.add('onWorker', `expected a function, got ${kindOf(value)}`)
  return undefined
}
