import type { ApplicationReport, ApplicationState, CheckReport, Report } from '../../core/report.ts'
import { isHealthy, type Status, statuses } from '../../core/status.ts'
import type { Format, RenderContext } from './format.ts'

/** What is exposed. */
export interface Exposition {
  /** Probes and groups with their statuses. */
  readonly probes: readonly (readonly [name: string, status: Status])[]
  readonly checks: readonly CheckReport[]
  readonly state?: ApplicationState | undefined
  /** Whether the checks' durations are told. */
  readonly durations: boolean
}

const states: readonly ApplicationState[] = [
  'starting',
  'running',
  'maintenance',
  'draining',
  'stopped',
  'failed',
]

/** Prometheus' text format 0.0.4, and OpenMetrics 1.0 for whoever asks for it. */
export const prometheusFormats: readonly Format[] = [
  prometheusFormat('text/plain; version=0.0.4; charset=utf-8', false),
  prometheusFormat('application/openmetrics-text; version=1.0.0; charset=utf-8', true),
]

function prometheusFormat(mediaType: string, openMetrics: boolean): Format {
  return {
    name: 'prometheus',
    mediaType,
    passive: true,
    // To Prometheus 503 is a failed scrape, which would lose the very samples that say why.
    statusCode: 200,
    render: (report, context) => metricsText(exposition(report, context), openMetrics),
  }
}

function exposition({ name, kind, status, application, checks }: Report, context: RenderContext): Exposition {
  const shown = context.visibility !== 'status'
  return {
    probes: kind === 'check' ? [] : [[name, status]],
    // At a check's own path its status is all that is told in any case.
    checks: shown || kind === 'check' ? Object.values(checks) : [],
    // Of the whole and of readiness: elsewhere the service's course does not count, and is not told.
    state: shown && (name === 'readiness' || name === 'application') ? stateOf(application) : undefined,
    durations: shown,
  }
}

/** Where several processes answer as one, none of them says where all are; when they are well, they run. */
export function stateOf({ state, status }: ApplicationReport): ApplicationState | undefined {
  return state ?? (status === 'UP' ? 'running' : undefined)
}

/**
 * The metrics as text. The statesets are gauges in name: OpenMetrics wants a stateset's label to be called like the
 * metric itself, which no query would guess. No timestamps: they would disable Prometheus' marking of what is gone.
 */
export function metricsText({ probes, checks, state, durations }: Exposition, openMetrics: boolean): string {
  // What is switched off has no status that an alert should hang on.
  const enabled = checks.filter((check) => check.enabled)
  const timed = durations ? enabled.filter(({ durationMs }) => durationMs !== undefined) : []
  const text = [
    family(
      'hale_probe_up',
      'Whether the probe or group is healthy: UP or DEGRADED.',
      // Of what nobody has asked yet there is nothing to tell, and nothing to be woken for.
      probes
        .filter(([, status]) => status !== 'UNKNOWN')
        .map(([probe, status]) => sample({ probe }, isHealthy(status))),
    ),
    family(
      'hale_check_status',
      "The check's reported status: 1 for the one that it has.",
      enabled.flatMap(({ name: check, status }) =>
        statuses.map((each) => sample({ check, status: each }, each === status)),
      ),
    ),
    family(
      'hale_check_last_duration_seconds',
      'How long the last run of the check took.',
      timed.map(({ name: check, durationMs = 0 }) => sample({ check }, Math.round(durationMs * 1000) / 1e6)),
      openMetrics ? 'seconds' : undefined,
    ),
    family(
      'hale_lifecycle_state',
      'Where the service is in its life: 1 for the state that it is in.',
      state === undefined ? [] : states.map((each) => sample({ state: each }, each === state)),
    ),
  ].join('')
  return openMetrics ? `${text}# EOF\n` : text
}

function family(name: string, help: string, samples: readonly string[], unit?: string): string {
  if (samples.length === 0) return ''
  const unitLine = unit === undefined ? '' : `# UNIT ${name} ${unit}\n`
  const head = `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${unitLine}`
  return head + samples.map((rest) => `${name}${rest}\n`).join('')
}

function sample(labels: Readonly<Record<string, string>>, value: number | boolean): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `{${pairs.join(',')}} ${Number(value)}`
}

// Names of checks and groups need none of it; what a mirror was told might.
function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))
}
