import { kindOf, Problems } from '../../errors/problems.ts'
import type { StartupOptions, StartupTaskOptions } from './startup.ts'

const milliseconds = { min: 1, unit: 'milliseconds' }

/** Validates `createHealth({ startup })`. */
export function startupSettings(value: unknown, problems: Problems): StartupOptions {
  const options = problems.object('startup', value)
  problems.knownKeys('startup', options, ['timeoutMs', 'restartOnFailure'])
  return {
    ...timeout('startup.timeoutMs', options.timeoutMs, problems),
    restartOnFailure: problems.boolean('startup.restartOnFailure', options.restartOnFailure, false),
  }
}

/** Validates what `health.startupTask` is given; throws with every problem. */
export function startupTaskOptions(task: unknown, value: unknown): StartupTaskOptions {
  const problems = new Problems()
  if (typeof (task as Partial<PromiseLike<unknown>> | undefined)?.then !== 'function') {
    const mend = typeof task === 'function' ? '; call it: startupTask(name, fn())' : ''
    problems.add('task', `expected a promise, got ${kindOf(task)}${mend}`)
  }
  const options = problems.object('options', value)
  problems.knownKeys('options', options, ['timeoutMs', 'progress'])
  const { progress } = options
  if (progress !== undefined && typeof progress !== 'function') {
    problems.add(
      'options.progress',
      `expected a function that returns how far it has come, got ${kindOf(progress)}`,
    )
  }
  const settings = timeout('options.timeoutMs', options.timeoutMs, problems)
  problems.throwIfAny('health.startupTask')
  return { ...settings, ...(progress !== undefined && { progress: progress as () => undefined }) }
}

function timeout(path: string, value: unknown, problems: Problems): { readonly timeoutMs?: number } {
  return value === undefined ? {} : { timeoutMs: problems.number(path, value, 1, milliseconds) }
}
