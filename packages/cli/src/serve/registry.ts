import { type CheckDefinition, createHealth, type Health, type Logger } from 'hale'
import type { Definition } from '../definition/definition.ts'
import { definitionCheckName } from './definition-check.ts'
import { definitionsOf, type MadeChecks } from './make-checks.ts'

const longestWarmUpMs = 5000

/** What the library makes of a file. */
export function healthOptions(definition: Definition, made: MadeChecks, own: CheckDefinition) {
  const { service, groups, budgetMs } = definition
  return {
    service,
    checks: { ...definitionsOf(made), [definitionCheckName]: own },
    groups: groups as Record<never, never>,
    ...(budgetMs !== undefined && { budgetMs }),
  }
}

/** A registry that has run nothing yet, and how to end it. */
export interface OwnRegistry {
  readonly health: Health
  /** Its end is no event: another one has taken its place. */
  retire(): Promise<void>
}

export function registryOf(
  definition: Definition,
  made: MadeChecks,
  own: CheckDefinition,
  logger: Logger,
): OwnRegistry {
  let retired = false
  const quietly =
    (level: keyof Logger): Logger['info'] =>
    (...line) => {
      if (!retired) logger[level](...line)
    }
  const told = { info: quietly('info'), warn: quietly('warn'), error: quietly('error') }
  const health = createHealth({ ...healthOptions(definition, made, own), logger: told }) as Health
  return {
    health,
    retire() {
      retired = true
      return health.dispose()
    },
  }
}

/**
 * Makes a registry ready to take the place of another: what was changed by hand while it ran is changed here too, and
 * every check has run once, as far as they do in a few seconds.
 */
export async function takeOver(
  from: Health,
  to: Health,
  kept: Iterable<string>,
  signal: AbortSignal,
): Promise<void> {
  for (const name of kept) {
    const { enabled, reason, until, tuned } = from.control.of(name)
    const change = {
      ...tuned,
      ...(enabled !== to.control.of(name).enabled && { enabled }),
      ...(!enabled && to.control.of(name).enabled && why(reason, until)),
    }
    if (Object.keys(change).length > 0) to.control.change(name, change, 'reload')
  }
  const { state, message } = from.snapshot().application
  if (state === 'maintenance') to.control.outOfService(message?.replace(/^maintenance(: |$)/, ''), 'reload')
  await warmedUp(to, signal)
}

function why(reason: string | undefined, until: number | undefined) {
  return {
    ...(reason !== undefined && { reason }),
    ...(until !== undefined && { forMs: Math.max(1, until - Date.now()) }),
  }
}

/** Nobody who asks the new one first is to be told UNKNOWN. */
async function warmedUp(health: Health, signal: AbortSignal): Promise<void> {
  const names = health.control.names.filter((name) => health.control.of(name).enabled)
  const runs = names.map(async (name) => health.check(name).run())
  await new Promise<void>((resolve) => {
    const enough = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', enough)
      resolve()
    }
    const timer = setTimeout(enough, longestWarmUpMs)
    signal.addEventListener('abort', enough)
    void Promise.allSettled(runs).then(enough)
    if (signal.aborted) enough()
  })
}
