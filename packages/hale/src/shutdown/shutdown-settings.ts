import { constants } from 'node:os'
import { longestTimerMs } from '../core/clock.ts'
import { expectHealth } from '../core/expect-health.ts'
import { kindOf, nearestName, Problems } from '../errors/problems.ts'
import type { Hook, HookContext } from './hooks.ts'
import { isHealthServer, type StoppableServer } from './manage-server.ts'
import type { ShutdownOptions } from './shutdown-options.ts'

type Given = Readonly<Record<string, unknown>>

/** The options after validation. */
export interface ShutdownSettings {
  readonly servers: readonly StoppableServer[]
  readonly healthServers: readonly StoppableServer[]
  readonly drainDelayMs: number
  readonly timeoutMs: number
  readonly upgradedTimeoutMs: number
  readonly signals: readonly NodeJS.Signals[]
  readonly parent: boolean
  readonly hooks: readonly Hook[]
  readonly exit: boolean | ((code: number) => unknown)
}

const known = [
  'servers',
  'healthServers',
  'drainDelayMs',
  'timeoutMs',
  'upgradedTimeoutMs',
  'signals',
  'parent',
  'hooks',
  'exit',
] as const satisfies readonly (keyof ShutdownOptions)[]

const milliseconds = { unit: 'milliseconds', max: longestTimerMs }

/** Validates all of it before anything is installed; `taken` are signals that end the process in another way. */
export function shutdownSettings(
  health: unknown,
  given: unknown,
  taken: ReadonlySet<string>,
): ShutdownSettings {
  const problems = new Problems()
  expectHealth(health, problems, ['drain'])
  const options = problems.object('options', given)
  problems.knownKeys('', options, known)
  const drainDelayMs = problems.number('drainDelayMs', options.drainDelayMs, 5000, milliseconds)
  const timeoutMs = problems.number('timeoutMs', options.timeoutMs, 25_000, { min: 1, ...milliseconds })
  if (timeoutMs <= drainDelayMs)
    problems.add('timeoutMs', `includes the drain delay of ${drainDelayMs} ms: give it more than that`)
  const servers = list(problems, 'servers', options.servers, serverProblem)
  const exit = exitOf(problems, options.exit)
  const settings = {
    servers: servers.filter((server) => !isHealthServer(server)) as StoppableServer[],
    healthServers: [
      ...servers.filter(isHealthServer),
      ...list(problems, 'healthServers', options.healthServers, serverProblem),
    ] as StoppableServer[],
    drainDelayMs,
    timeoutMs,
    upgradedTimeoutMs: problems.number('upgradedTimeoutMs', options.upgradedTimeoutMs, 5000, milliseconds),
    signals: signalsOf(problems, options.signals, exit === false ? new Set() : taken),
    parent: problems.boolean('parent', options.parent, false),
    hooks: hooksOf(problems, options.hooks),
    exit,
  }
  problems.throwIfAny('gracefulShutdown')
  return settings
}

function list(
  problems: Problems,
  path: string,
  given: unknown,
  problemOf: (entry: unknown) => string | undefined,
): readonly unknown[] {
  if (given === undefined) return []
  if (!Array.isArray(given)) {
    problems.add(path, `expected a list, got ${kindOf(given)}; write [ ] around it`)
    return []
  }
  return given.filter((entry, index) => {
    const problem = problemOf(entry)
    if (problem !== undefined) problems.add(`${path}[${index}]`, problem)
    return problem === undefined
  })
}

function serverProblem(entry: unknown): string | undefined {
  const server = (entry ?? {}) as Given
  if (typeof server.close === 'function' || typeof server.tryShutdown === 'function') return undefined
  // An Express or Koa application: a function or an object that only makes servers.
  const makesServers = typeof server.listen === 'function' || typeof server.callback === 'function'
  const mend = makesServers ? '; give what app.listen() returned' : ''
  return `expected a server with close() or tryShutdown(), got ${kindOf(entry)}${mend}`
}

const unstoppable = ['SIGKILL', 'SIGSTOP']

function signalsOf(problems: Problems, given: unknown, taken: ReadonlySet<string>): NodeJS.Signals[] {
  const names = Object.keys(constants.signals)
  const signals = list(problems, 'signals', given ?? ['SIGTERM', 'SIGINT'], (entry) => {
    if (unstoppable.includes(entry as string)) return 'no process can listen to this signal'
    if (typeof entry === 'string' && names.includes(entry)) {
      if (!taken.has(entry)) return undefined
      return 'another gracefulShutdown of this process exits on it; dispose that, list its servers here, or signals: []'
    }
    const nearest = typeof entry === 'string' ? nearestName(entry, names) : undefined
    const mend = nearest === undefined ? "such as 'SIGTERM'" : `did you mean ${nearest}?`
    return `expected the name of a signal, got ${kindOf(entry)}; ${mend}`
  })
  return [...new Set(signals)] as NodeJS.Signals[]
}

function exitOf(problems: Problems, given: unknown): ShutdownSettings['exit'] {
  if (typeof given === 'function') return given as (code: number) => unknown
  if (given === undefined || typeof given === 'boolean') return given ?? true
  problems.add('exit', `expected true, false or a function that takes the exit code, got ${kindOf(given)}`)
  return true
}

function hooksOf(problems: Problems, given: unknown): readonly Hook[] {
  const hooks = list(problems, 'hooks', given, (entry) => {
    const run = typeof entry === 'function' ? entry : (entry as Given | null)?.run
    return typeof run === 'function'
      ? undefined
      : `expected a function or { name, run, timeoutMs, when }, got ${kindOf(entry)}`
  })
  return hooks.map((entry, index) => hookOf(problems, `hooks[${index}]`, entry as HookGiven))
}

type HookGiven = ((context: HookContext) => unknown) | (Given & { run(context: HookContext): unknown })

function hookOf(problems: Problems, path: string, given: HookGiven): Hook {
  if (typeof given === 'function')
    return { name: given.name || path, run: given, timeoutMs: 5000, when: 'close' }
  problems.knownKeys(path, given, ['name', 'run', 'timeoutMs', 'when'])
  return {
    name: problems.string(`${path}.name`, given.name) || path,
    run: (context) => given.run(context),
    timeoutMs: problems.number(`${path}.timeoutMs`, given.timeoutMs, 5000, { min: 1, ...milliseconds }),
    when: problems.oneOf(`${path}.when`, given.when, ['drain', 'stop', 'close']) ?? 'close',
  }
}
