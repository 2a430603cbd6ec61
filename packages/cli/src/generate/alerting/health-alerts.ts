import type { CheckProfile, ServiceProfile } from '../../profile/service-profile.ts'
import { timingsOf } from '../../profile/timings.ts'
import { secondsText } from '../balancing/check-timing.ts'
import type { AlertRule, Labels, Series } from './alert-rule.ts'

/** Between those that begin for a reason of their own and those that would be the next deployment. */
const FORGOTTEN_MS = 4 * 3600_000
/** Of a check's timeout: what takes longer will soon be a failure. */
const SLOW_SHARE = 0.8

const INSTANCE = '10.0.0.7:9400'

/** What the metrics of hale can wake somebody for, from the gravest down. */
export function healthAlerts(profile: ServiceProfile, scrapeMs: number): readonly AlertRule[] {
  const made = makerOf(profile.name)
  return [
    ...whole(made, scrapeMs),
    ...instance(made, profile, scrapeMs),
    ...course(made, profile, scrapeMs),
    ...checks(made, profile, scrapeMs),
  ]
}

/** What all alerts of a service are written with. */
interface Maker {
  readonly job: string
  /** The selector of a metric's own series. */
  selector(metric: string, more?: string): string
  series(metric: string, labels: Labels, values: Series['values']): Series
}

function makerOf(job: string): Maker {
  return {
    job,
    selector: (metric, more = '') => `${metric}{job="${job}"${more === '' ? '' : `,${more}`}}`,
    series: (metric, labels, values) => ({ metric, labels: { job, instance: INSTANCE, ...labels }, values }),
  }
}

function whole({ job, selector, series }: Maker, scrapeMs: number): readonly AlertRule[] {
  const ready = selector('hale_probe_up', 'probe="readiness"')
  return [
    {
      name: 'HaleNobodyReady',
      expr: `sum by (job) (${ready}) == 0`,
      forMs: 2 * scrapeMs,
      severity: 'critical',
      summary: `No instance of ${job} is ready`,
      description: 'Nobody can be served: every balancer that asks has nowhere to send requests.',
      reason: 'Two scrapes: one alone may have been in the very moment in which a dependency blinked.',
      fires: { on: [series('hale_probe_up', { probe: 'readiness' }, 0)], with: { job } },
    },
    {
      name: 'HaleNothingScraped',
      // Any metric of hale: hale_probe_up alone may be missing, as long as nobody asks for a probe.
      expr: `absent({__name__=~"hale_.+",job="${job}"})`,
      forMs: 4 * scrapeMs,
      severity: 'critical',
      summary: `Prometheus sees no instance of ${job}`,
      description: 'All are gone, or Prometheus looks in the wrong place: no other alert can tell.',
      reason: 'Without samples every other rule is silent, which looks like health.',
      fires: { on: [series('up', {}, 0)], with: { job } },
      silent: [series('hale_lifecycle_state', { state: 'running' }, 1)],
    },
  ]
}

function instance(
  { job, selector, series }: Maker,
  profile: ServiceProfile,
  scrapeMs: number,
): readonly AlertRule[] {
  const { liveness } = timingsOf(profile)
  const restartMs = liveness.periodSeconds * liveness.failureThreshold * 1000
  const planned = selector('hale_lifecycle_state', 'state=~"starting|maintenance|draining"')
  return [
    {
      name: 'HaleInstanceGone',
      expr: `${selector('up')} == 0`,
      forMs: 4 * scrapeMs,
      severity: 'warning',
      summary: `{{ $labels.instance }} of ${job} does not answer`,
      description: 'Its metrics cannot be read: it is down, unreachable or hangs.',
      reason: 'Longer than an instance takes to be replaced by another one at the same address.',
      fires: { on: [series('up', {}, 0)], with: { job, instance: INSTANCE } },
    },
    {
      name: 'HaleNotLive',
      expr: `${selector('hale_probe_up', 'probe="liveness"')} == 0`,
      forMs: restartMs + 2 * scrapeMs,
      severity: 'critical',
      summary: `{{ $labels.instance }} of ${job} is not alive and nobody restarts it`,
      description: 'Liveness is DOWN for longer than a platform needs to restart it.',
      reason: `A platform restarts after ${liveness.failureThreshold} failures, ${liveness.periodSeconds} s apart; two scrapes later it should have.`,
      fires: {
        on: [series('hale_probe_up', { probe: 'liveness' }, 0)],
        with: { job, instance: INSTANCE, probe: 'liveness' },
      },
    },
    {
      name: 'HaleNotReady',
      expr: `${selector('hale_probe_up', 'probe="readiness"')} == 0 unless on (job, instance) ${planned} == 1`,
      forMs: 4 * scrapeMs,
      severity: 'warning',
      summary: `{{ $labels.instance }} of ${job} is not ready`,
      description: 'It is out of rotation, and neither starts, drains nor is in maintenance.',
      reason: 'Long enough for a balancer to have acted and for a dependency to have been restarted.',
      fires: {
        on: [series('hale_probe_up', { probe: 'readiness' }, 0)],
        with: { job, instance: INSTANCE, probe: 'readiness' },
      },
      silent: [
        series('hale_probe_up', { probe: 'readiness' }, 0),
        series('hale_lifecycle_state', { state: 'draining' }, 1),
      ],
    },
    {
      name: 'HaleFlaps',
      expr: `changes(${selector('hale_probe_up', 'probe="readiness"')}[${secondsText(60 * scrapeMs)}]) > 6`,
      forMs: 0,
      severity: 'warning',
      summary: `{{ $labels.instance }} of ${job} goes in and out of rotation`,
      description:
        'Each change moves its load to the others: raise failureThreshold and successThreshold of the check that does it.',
      reason: 'Within sixty scrapes three times out and back is what two deployments and a fault may take.',
      fires: {
        on: [series('hale_probe_up', { probe: 'readiness' }, [0, 1, 0, 1, 0, 1, 0, 1, 0, 1])],
        with: { job, instance: INSTANCE, probe: 'readiness' },
      },
      silent: [series('hale_probe_up', { probe: 'readiness' }, [1, 0, 1, 0, 1, 1, 1, 1, 1, 1])],
    },
  ]
}

function course(
  { job, selector, series }: Maker,
  profile: ServiceProfile,
  scrapeMs: number,
): readonly AlertRule[] {
  const { shutdownTimeoutMs } = timingsOf(profile)
  const inState = (state: string) => ({
    expr: `${selector('hale_lifecycle_state', `state="${state}"`)} == 1`,
    fires: {
      on: [series('hale_lifecycle_state', { state }, 1)],
      with: { job, instance: INSTANCE, state },
    },
  })
  return [
    {
      name: 'HaleStartsTooLong',
      ...inState('starting'),
      forMs: wholeSeconds(profile.startupMs) + 2 * scrapeMs,
      severity: 'warning',
      summary: `{{ $labels.instance }} of ${job} does not finish its start`,
      description: 'A startup task is pending, or a startup check has not been UP yet.',
      reason: `It may take ${secondsText(profile.startupMs)} to start, and two scrapes until that is seen.`,
    },
    {
      name: 'HaleDrainsTooLong',
      ...inState('draining'),
      forMs: wholeSeconds(shutdownTimeoutMs) + 2 * scrapeMs,
      severity: 'warning',
      summary: `{{ $labels.instance }} of ${job} does not finish its shutdown`,
      description: 'Requests or connections keep it from ending, past its own deadline.',
      reason: `Its shutdown ends by itself after ${secondsText(shutdownTimeoutMs)}, and two scrapes until that is seen.`,
    },
    {
      name: 'HaleMaintenanceForgotten',
      ...inState('maintenance'),
      forMs: FORGOTTEN_MS,
      severity: 'info',
      summary: `{{ $labels.instance }} of ${job} is in maintenance for hours`,
      description: 'It was taken out of service by hand; bring it back by health.inService().',
      reason: 'Maintenance is nobody’s alarm until it was forgotten.',
    },
  ]
}

function checks(
  { job, selector, series }: Maker,
  profile: ServiceProfile,
  scrapeMs: number,
): readonly AlertRule[] {
  const labels = { job, instance: INSTANCE }
  const starting = selector('hale_lifecycle_state', 'state="starting"')
  const status = (value: string, names?: string): string =>
    selector(
      'hale_check_status',
      [`status="${value}"`, ...(names === undefined ? [] : [`check=~"${names}"`])].join(','),
    )
  const down = (critical: boolean | undefined): AlertRule[] => {
    const known = profile.checks.filter((check) => critical === undefined || check.critical === critical)
    if (critical !== undefined && known.length === 0) return []
    const names = critical === undefined ? undefined : namesOf(known)
    const check = known[0]?.name ?? 'database'
    return [
      {
        name: critical === false ? 'HaleOptionalCheckDown' : 'HaleCheckDown',
        expr: `${status('DOWN', names)} == 1`,
        forMs: 8 * scrapeMs,
        severity: critical === false ? 'info' : 'warning',
        summary: `{{ $labels.check }} is DOWN for {{ $labels.instance }} of ${job}`,
        description:
          critical === false
            ? 'The service goes on without it, DEGRADED.'
            : 'The cause of an instance that is not ready, as the instance itself sees it.',
        reason: 'Not at once: a dependency that restarts is back by then, and who is woken can only wait.',
        fires: {
          on: [series('hale_check_status', { check, status: 'DOWN' }, 1)],
          with: { ...labels, check, status: 'DOWN' },
        },
      },
    ]
  }
  const first = profile.checks[0]?.name ?? 'database'
  return [
    ...(profile.checks.length === 0 ? down(undefined) : [...down(true), ...down(false)]),
    {
      name: 'HaleCheckUnknown',
      expr: `${status('UNKNOWN')} == 1 unless on (job, instance) ${starting} == 1`,
      forMs: 8 * scrapeMs,
      severity: 'warning',
      summary: `Nobody knows how {{ $labels.check }} is, for {{ $labels.instance }} of ${job}`,
      description:
        'It never ran, or not for long: nobody asks for its probes, or its background runs hang. Give it an intervalMs where nobody probes.',
      reason: 'A scrape runs no check; whoever probes does so well within that time.',
      fires: {
        on: [series('hale_check_status', { check: first, status: 'UNKNOWN' }, 1)],
        with: { ...labels, check: first, status: 'UNKNOWN' },
      },
      silent: [
        series('hale_check_status', { check: first, status: 'UNKNOWN' }, 1),
        series('hale_lifecycle_state', { state: 'starting' }, 1),
      ],
    },
    {
      name: 'HaleCheckDegraded',
      expr: `${status('DEGRADED')} == 1`,
      forMs: 40 * scrapeMs,
      severity: 'info',
      summary: `{{ $labels.check }} is DEGRADED for {{ $labels.instance }} of ${job}`,
      description: 'In service, but worse than it should be: the time to act is before it is DOWN.',
      reason: 'What mends itself within forty scrapes needs nobody.',
      fires: {
        on: [series('hale_check_status', { check: first, status: 'DEGRADED' }, 1)],
        with: { ...labels, check: first, status: 'DEGRADED' },
      },
    },
    {
      name: 'HaleCheckSlow',
      expr: slowness(profile, selector),
      forMs: 20 * scrapeMs,
      severity: 'info',
      summary: `{{ $labels.check }} answers slowly for {{ $labels.instance }} of ${job}`,
      description: 'Its last run took nearly as long as its timeout lets it, time and again.',
      reason: `${SLOW_SHARE * 100} % of the timeout: a little more and it is DOWN.`,
      fires: {
        on: [series('hale_check_last_duration_seconds', { check: first }, 30)],
        with: { ...labels, check: first },
      },
      silent: [series('hale_check_last_duration_seconds', { check: first }, 0.001)],
    },
  ]
}

/** Each check by its own timeout; those with the same share a line. */
function slowness({ checks, readiness }: ServiceProfile, selector: Maker['selector']): string {
  const metric = 'hale_check_last_duration_seconds'
  const above = (timeoutMs: number): string => `> ${Math.round(timeoutMs * SLOW_SHARE) / 1000}`
  if (checks.length === 0) return `${selector(metric)} ${above(readiness.budgetMs)}`
  const timeouts = [...new Set(checks.map(({ timeoutMs }) => timeoutMs))].sort((a, b) => a - b)
  return timeouts
    .map((timeoutMs) => {
      const names = namesOf(checks.filter((check) => check.timeoutMs === timeoutMs))
      return `${selector(metric, `check=~"${names}"`)} ${above(timeoutMs)}`
    })
    .join(' or ')
}

/** As a pattern (RE2) within a string of PromQL: first of the one, then of the other, what has a meaning is escaped. */
function namesOf(checks: readonly CheckProfile[]): string {
  const pattern = checks.map(({ name }) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')
  return pattern.replace(/[\\"]/g, '\\$&')
}

function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1000) * 1000
}
