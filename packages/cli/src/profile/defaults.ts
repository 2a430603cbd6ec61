import { DRAIN_DELAY_MS } from '../definition/defaults.ts'
import type { ServiceProfile } from './service-profile.ts'

/** What a service is taken for where nobody says otherwise. */
export const PROFILE_DEFAULTS = {
  basePath: '/health',
  /** `createHealth`'s own; below the kubelet's 1 s. */
  budgetMs: 800,
  /** The checks' own. */
  checkTimeoutMs: 500,
  tls: false,
  /** One alone cannot be replaced without a gap. */
  replicas: 2,
  startupMs: 60_000,
  drainDelayMs: DRAIN_DELAY_MS,
  drainsItself: true,
  inFlightMs: 10_000,
} as const

/** The paths of the three probes below a base path, as `hale/http` serves them. */
export function probePaths(
  basePath: string,
): Record<'liveness' | 'readiness' | 'startup' | 'metrics', string> {
  const base = basePath.replace(/\/+$/, '')
  return {
    liveness: `${base}/live`,
    readiness: `${base}/ready`,
    startup: `${base}/startup`,
    metrics: `${base}/metrics`,
  }
}

/** A whole profile from what is known; what is `undefined` is taken for unsaid. */
export function profileOf(
  known: { readonly name: string; readonly port: number } & {
    readonly [Key in keyof ServiceProfile]?: ServiceProfile[Key] | undefined
  },
  { basePath = PROFILE_DEFAULTS.basePath, budgetMs = PROFILE_DEFAULTS.budgetMs } = {},
): ServiceProfile {
  const { tls, replicas, startupMs, drainDelayMs, drainsItself, inFlightMs } = PROFILE_DEFAULTS
  const { liveness, readiness, startup } = probePaths(basePath)
  const said = Object.entries(known).filter(([, value]) => value !== undefined)
  return {
    tls,
    replicas,
    startupMs,
    drainDelayMs,
    drainsItself,
    inFlightMs,
    checks: [],
    liveness: { path: liveness, budgetMs },
    readiness: { path: readiness, budgetMs },
    startup: { path: startup, budgetMs },
    ...(Object.fromEntries(said) as typeof known & { name: string; port: number }),
  } as ServiceProfile
}
