import { expectHealth } from '../core/expect-health.ts'
import type { Visibility } from '../core/group-settings.ts'
import { Problems } from '../errors/problems.ts'
import { type HandlerOptions, readHandlerOptions } from '../http/handler-settings.ts'
import type { FormatName } from '../http/settings/format-settings.ts'
import { type AddressSettings, addressSettings } from '../server/address-settings.ts'
import { beatMs } from './loop-beat.ts'

/**
 * Options of `serveOffLoop`: those of every adapter, but for functions, which cannot go to another thread, and for
 * what answers with more than reports.
 */
export interface OffLoopOptions
  extends Pick<
    HandlerOptions,
    'basePath' | 'aliases' | 'token' | 'detailsAs' | 'rateLimit' | 'actuator' | 'envoy' | 'serverTiming'
  > {
  /** The port to listen on; 0 for any free one. */
  readonly port: number
  /**
   * The address to listen on.
   * @default every address, since a kubelet does not ask on loopback
   */
  readonly host?: string
  /**
   * Milliseconds without a turn of the main loop after which liveness, readiness, groups and checks are DOWN; at
   * least 1000. A kubelet restarts the container once that has lasted for its failureThreshold.
   * @default 5000
   */
  readonly blockedAfterMs?: number
  /**
   * Milliseconds that results may be past their age and still be served when the main loop is too busy to refresh
   * them; beyond it the answer is UNKNOWN. More than the interval of the slowest prober, of which they are as old.
   * @default 30 000
   */
  readonly maxSnapshotAgeMs?: number
  /**
   * How much is shown; also the most that a group's own visibility shows.
   * @default 'components'
   */
  readonly visibility?: Visibility
  /**
   * The formats served, by name; the first answers whoever has no preference.
   * @default all of hale's own
   */
  readonly formats?: readonly FormatName[]
}

/** The options after validation. */
export interface OffLoopSettings extends AddressSettings {
  readonly blockedAfterMs: number
  readonly maxSnapshotAgeMs: number
  /** Of the handler, as plain data. */
  readonly handler: object
}

const own = ['port', 'host', 'blockedAfterMs', 'maxSnapshotAgeMs']
const ofHandler = [
  'basePath',
  'aliases',
  'visibility',
  'token',
  'detailsAs',
  'formats',
  'rateLimit',
  'actuator',
  'envoy',
  'serverTiming',
]

/** Validates all of it, the health registry too; throws with every problem found. */
export function offLoopSettings(health: unknown, given: unknown): OffLoopSettings {
  const problems = new Problems()
  expectHealth(health, problems, ['ask', 'watch', 'validity'])
  const options = problems.object('options', given ?? null)
  const handler = crossing(options, problems)
  readHandlerOptions(handler, problems)
  const settings = {
    ...addressSettings(options, problems),
    blockedAfterMs: problems.number('blockedAfterMs', options.blockedAfterMs, 5000, {
      min: 4 * beatMs,
      unit: 'milliseconds',
    }),
    maxSnapshotAgeMs: problems.number('maxSnapshotAgeMs', options.maxSnapshotAgeMs, 30_000, {
      unit: 'milliseconds',
    }),
    handler,
  }
  problems.throwIfAny('serveOffLoop')
  return settings
}

// What else adapters take, and where it can be had.
const elsewhere: Readonly<Record<string, string>> = {
  body: 'a function cannot go to another thread; serve bodies of your own with serveHealth or a middleware',
  admin: 'the probe thread only reads; serve it with serveHealth or a middleware',
  metrics: 'the probe thread knows reports alone; serve it with serveHealth or a middleware',
  openapi: 'serve it with serveHealth or a middleware',
}

/** The handler's options as plain data of our own making. */
function crossing(options: Readonly<Record<string, unknown>>, problems: Problems): object {
  const handler: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (ofHandler.includes(name)) handler[name] = value
    else if (elsewhere[name] !== undefined && value !== undefined)
      problems.add(name, `not off the loop: ${elsewhere[name]}`)
    else if (elsewhere[name] === undefined) problems.knownKeys('', { [name]: value }, [...own, ...ofHandler])
  }
  if (typeof handler.visibility === 'function') {
    delete handler.visibility
    problems.add('visibility', 'a function cannot go to another thread; use a level, a token, or serveHealth')
  }
  if (Array.isArray(handler.formats)) {
    for (const [index, format] of handler.formats.entries()) {
      if (typeof format !== 'object' || format === null) continue
      problems.add(
        `formats[${index}]`,
        'a format of your own cannot go to another thread; use a name, or serveHealth',
      )
      delete handler.formats
    }
  }
  return handler
}
