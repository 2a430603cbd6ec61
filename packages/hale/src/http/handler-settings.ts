import { type Visibility, visibilities } from '../core/group-settings.ts'
import type { Report } from '../core/report.ts'
import { Problems } from '../errors/problems.ts'
import type { RateLimitOptions } from './access/rate-limit.ts'
import { secret } from './access/secret.ts'
import type { VisibilitySettings } from './access/visibility.ts'
import type { HealthRequest } from './exchange.ts'
import type { Format } from './formats/format.ts'
import {
  type ActuatorOptions,
  type ActuatorSettings,
  actuatorSettings,
} from './settings/actuator-settings.ts'
import { type AdminOptions, type AdminSettings, adminSettings } from './settings/admin-settings.ts'
import { basePath } from './settings/base-path.ts'
import { type FormatName, formatSettings } from './settings/format-settings.ts'
import { type OpenApiOptions, type OpenApiSettings, openApiSettings } from './settings/openapi-settings.ts'

/** Options of `createHandler` and of every adapter. They belong to the handler: one registry can be served twice. */
export interface HandlerOptions {
  /**
   * Under which path the endpoints live; `'/'` for none.
   * @default '/health'
   */
  readonly basePath?: string
  /**
   * Whether `/livez`, `/readyz`, `/startupz` and `/healthz` are served too.
   * @default true
   */
  readonly aliases?: boolean
  /**
   * How much is shown: `'status'`, `'components'` or `'debug'`; a constant is also the most that a group's own
   * visibility shows. A function of the request raises it for those it knows; strangers get what the group itself
   * shows, `'status'` when it has no level of its own.
   * @default 'components'
   */
  readonly visibility?: Visibility | ((request: HealthRequest) => Visibility)
  /**
   * A bearer token (`Authorization: Bearer …`) that raises visibility, to `'debug'` unless said otherwise. A wrong
   * one changes nothing: a probe never fails over it.
   */
  readonly token?: string | { readonly value: string; readonly visibility: Visibility }
  /**
   * Whether the JSON body's `details` is an object by name or a list of entries that begin with their name.
   * @default 'object'
   */
  readonly detailsAs?: 'object' | 'list'
  /** Makes the JSON body from the report, in place of hale's own. What it returns is serialised as JSON. */
  readonly body?: (report: Report, visibility: Visibility) => unknown
  /**
   * The formats served, by name or of your own; the first answers whoever has no preference.
   * @default ['json', 'html', 'kubernetes', 'health-json', 'actuator', 'microprofile', 'prometheus']
   */
  readonly formats?: readonly (FormatName | Format)[]
  /** Limits everything but liveness and `admin`, which are never limited; beyond it the answer is 429. */
  readonly rateLimit?: RateLimitOptions
  /**
   * Serves `/health/admin`, where checks are disabled, retuned and run: the only paths that write. Every change is a
   * `'control'` event.
   * @default off
   */
  readonly admin?: AdminOptions
  /**
   * Serves `/health/metrics`: everything that is known, as text for Prometheus. Asking for it runs no check.
   * @default false
   */
  readonly metrics?: boolean
  /**
   * Serves Spring Boot's paths, so that Spring Boot Admin can register and show the service: the index `/actuator`
   * and `/actuator/health` with its groups and components.
   * @default false
   */
  readonly actuator?: boolean | ActuatorOptions
  /**
   * Answers with `x-envoy-degraded` when DEGRADED, so that Envoy prefers other hosts, and with
   * `x-envoy-immediate-health-check-fail` when draining, so that it sends no more requests here.
   * @default false
   */
  readonly envoy?: boolean
  /**
   * Answers with `Server-Timing` where checks are shown: how long each took, the slowest first, of at most 2048
   * characters. Browsers show it among the request's timings.
   * @default false
   */
  readonly serverTiming?: boolean
  /**
   * Serves `openapi.json` (OpenAPI 3.1, of exactly these endpoints) and `schema.json` (of the JSON body) beneath the
   * base path; see also `toOpenApi` of `hale/openapi`.
   * @default false
   */
  readonly openapi?: boolean | OpenApiOptions
}

/** Handler options after validation. */
export interface HandlerSettings extends VisibilitySettings {
  readonly basePath: string
  readonly aliases: boolean
  readonly formats: readonly Format[]
  readonly rateLimit: RateLimitOptions | undefined
  readonly admin: AdminSettings | undefined
  readonly metrics: boolean
  readonly actuator: ActuatorSettings | undefined
  readonly envoy: boolean
  readonly serverTiming: boolean
  readonly openapi: OpenApiSettings
}

const known = [
  'basePath',
  'aliases',
  'visibility',
  'token',
  'detailsAs',
  'body',
  'formats',
  'rateLimit',
  'admin',
  'metrics',
  'actuator',
  'envoy',
  'serverTiming',
  'openapi',
]

/** Validates all of it; throws with every problem found. */
export function handlerSettings(given: unknown): HandlerSettings {
  const problems = new Problems()
  const settings = readHandlerOptions(given, problems)
  problems.throwIfAny('health handler')
  return settings
}

/** The same for adapters with options of their own beside these, so that all problems are told together. */
export function readHandlerOptions(
  given: unknown,
  problems: Problems,
  alsoKnown: readonly string[] = [],
): HandlerSettings {
  const options = problems.object('options', given)
  problems.knownKeys('', options, [...alsoKnown, ...known])
  const openToken = token(options.token, problems)
  const path = basePath('basePath', options.basePath, '/health', problems)
  return {
    basePath: path,
    aliases: problems.boolean('aliases', options.aliases, true),
    visibility: visibility(options.visibility, problems),
    token: openToken,
    admin: adminSettings(options.admin, openToken?.value, problems),
    formats: formatSettings(options, problems),
    metrics: problems.boolean('metrics', options.metrics, false),
    actuator: actuatorSettings(options.actuator, path, problems),
    envoy: problems.boolean('envoy', options.envoy, false),
    serverTiming: problems.boolean('serverTiming', options.serverTiming, false),
    openapi: openApiSettings(options, problems),
    rateLimit: rateLimit(options.rateLimit, problems),
  }
}

function visibility(value: unknown, problems: Problems): HandlerOptions['visibility'] {
  if (typeof value === 'function') return value as (request: HealthRequest) => Visibility
  return problems.oneOf('visibility', value, visibilities)
}

function token(value: unknown, problems: Problems): HandlerSettings['token'] {
  if (value === undefined) return undefined
  const given = typeof value === 'string' ? { value, visibility: 'debug' } : problems.object('token', value)
  problems.knownKeys('token', given, ['value', 'visibility'])
  return {
    value: secret(typeof value === 'string' ? 'token' : 'token.value', given.value, problems),
    visibility: problems.oneOf('token.visibility', given.visibility, visibilities) ?? 'debug',
  }
}

function rateLimit(value: unknown, problems: Problems): RateLimitOptions | undefined {
  if (value === undefined) return undefined
  const given = problems.object('rateLimit', value)
  problems.knownKeys('rateLimit', given, ['perSecond', 'burst'])
  if (given.perSecond === undefined)
    problems.add('rateLimit.perSecond', 'missing; requests per second, such as 10')
  const perSecond = problems.number('rateLimit.perSecond', given.perSecond, 1, { min: 0.001 })
  const burst = problems.number('rateLimit.burst', given.burst, Math.max(1, perSecond), { min: 1 })
  return { perSecond, burst }
}
