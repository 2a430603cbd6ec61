import { isCallable, kindGiven } from '../check-parts/asking/class-given.ts'
import { limitsOf } from '../check-parts/judging/limits-of.ts'
import { graded, type Thresholds } from '../check-parts/judging/thresholds.ts'
import { type CheckDefinition, type ProbeName, type SelfCheckOptions, selfCheck } from '../core/check.ts'
import { down } from '../core/outcome.ts'
import { kindOf, Problems } from '../errors/problems.ts'

export type { Thresholds }

/** A `Worker` of node:worker_threads. */
export interface ThreadLike {
  /** -1 once it has ended. */
  readonly threadId: number
}

/** A `ChildProcess` of node:child_process. */
export interface ProcessLike {
  readonly pid?: number | undefined
  readonly exitCode: number | null
  readonly signalCode: string | null
}

/** A `Worker` of node:cluster. */
export interface ClusterWorkerLike {
  isDead(): boolean
}

/** What the check watches. */
export type WorkerLike = ThreadLike | ProcessLike | ClusterWorkerLike

/** The workers that there should be; one that has not been started yet is undefined. */
export type Workers = Iterable<WorkerLike | undefined>

/** Options of `workers`. */
export interface WorkersCheckOptions<P extends ProbeName = 'readiness'> extends SelfCheckOptions<P> {
  /**
   * How many there should be.
   * @default as many as are given, and one at least
   */
  readonly expected?: number
  /**
   * How many of those expected are missing.
   * @default { degradedAt: 1 }, and DOWN when none is alive
   */
  readonly missing?: Thresholds
}

/**
 * Are the worker threads and child processes that the application has started still alive? Takes them as a list, or a
 * function that returns those of the moment, since what replaces a dead one is another.
 *
 * UP, DEGRADED, DOWN `3 of 4 workers alive`. Data: `alive`, `expected`.
 *
 * @example
 * ```ts
 * import { Worker } from 'node:worker_threads'
 * import { createHealth } from 'hale'
 * import { workers } from 'hale/checks/workers'
 *
 * const resizers = [new Worker('./resize.js'), new Worker('./resize.js')]
 * for (const resizer of resizers) resizer.on('error', (error) => console.error(error))
 * const health = createHealth({ checks: { resizers: workers(() => resizers, { expected: 2 }) } })
 * ```
 */
export function workers<const P extends ProbeName = 'readiness'>(
  list: Workers | (() => Workers),
  options: WorkersCheckOptions<P> = {},
): CheckDefinition<P> {
  const problems = new Problems()
  const { expected, missing, ...rest } = problems.object('options', options) as WorkersCheckOptions<P>
  if (!isCallable(list) && !isIterable(list))
    problems.add('workers', `expected a list of workers, or a function for one, got ${kindGiven(list)}`)
  else if (typeof list !== 'function' && 'next' in list)
    problems.add('workers', 'expected a list, got an iterator, which can be read once; use a function for it')
  else if (typeof list !== 'function') {
    let index = 0
    for (const worker of list) {
      if (worker !== undefined && aliveOf(worker) === undefined)
        problems.add(`workers[${index}]`, `expected a worker or a child process, got ${kindOf(worker)}`)
      index++
    }
  }
  const least = problems.number('expected', expected, 1, { integer: true })
  const limits = limitsOf(problems, 'missing', missing, {
    unit: 'workers',
    defaults: { degradedAt: 1 },
  })
  const run = () => {
    const given: unknown = typeof list === 'function' ? list() : list
    if (!isIterable(given)) return down('not a list of workers')
    const current = [...given]
    if (current.some((worker) => worker !== undefined && aliveOf(worker) === undefined))
      return down('not a list of workers')
    const alive = current.filter((worker) => worker !== undefined && aliveOf(worker) === true).length
    const wanted = expected === undefined ? Math.max(least, current.length) : least
    const none = missing?.downAt === undefined && alive === 0 && wanted > 0
    const grade = none ? 'DOWN' : limits.grade(Math.max(0, wanted - alive))
    return graded(grade, `${alive} of ${wanted} workers alive`, { alive, expected: wanted })
  }
  return { ...selfCheck<P>(run, rest), ownOptions: ['expected', 'missing'], problems: problems.found }
}

/** Whether a worker is alive; undefined for what is none. */
function aliveOf(worker: unknown): boolean | undefined {
  if (typeof worker !== 'object' || worker === null) return undefined
  const { isDead, threadId, pid, exitCode, signalCode } = worker as Partial<
    ClusterWorkerLike & ThreadLike & ProcessLike
  >
  if (typeof isDead === 'function') return !(worker as ClusterWorkerLike).isDead()
  if (typeof threadId === 'number') return threadId >= 0
  // A process that could not be started has no number, and will never have an exit code.
  if ('exitCode' in worker) return pid !== undefined && exitCode === null && (signalCode ?? null) === null
  return undefined
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}
