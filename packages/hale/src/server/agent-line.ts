import type { HealthSource } from '../core/health.ts'
import type { Report } from '../core/report.ts'
import { isHealthy } from '../core/status.ts'
import type { AgentSettings } from './agent-settings.ts'

const longestReason = 96

/** What the agent says now, with the line feed without which HAProxy hears nothing. */
export async function agentLine(
  health: HealthSource,
  { group, weights }: Pick<AgentSettings, 'group' | 'weights'>,
): Promise<string> {
  // Whatever the group says, the service's own course decides; it may change while the checks run.
  const before = wayOut(health)
  if (before !== undefined) return before
  const report = await health.ask(group)
  const after = wayOut(health)
  if (after !== undefined) return after
  if (report === undefined) return 'ready down #not known\n'
  if (isHealthy(report.status)) {
    const weight = report.status === 'UP' ? weights.up : weights.degraded
    return `ready up ${weight}%\n`
  }
  // With `ready`, since a service that failed to start would else be shown as in maintenance, which alarms nobody.
  return `ready down #${reasonOf(report, health.visibilityOf(group) !== 'status')}\n`
}

/** What is said of a service that takes no traffic by its own decision. */
function wayOut(health: HealthSource): string | undefined {
  const state = health.latest('readiness')?.application.state
  if (state === 'draining' || state === 'stopped') return 'drain\n'
  return state === 'maintenance' || state === 'starting' ? 'maint\n' : undefined
}

/** The first of what is wrong, in words that HAProxy shows its operators; the names only where bodies show them. */
function reasonOf({ status, application, checks }: Report, named: boolean): string {
  if (!named) return status
  if (application.status !== 'UP' && application.message !== undefined) return plain(application.message)
  const first = Object.values(checks).find(
    (check) => check.critical && check.enabled && !isHealthy(check.status),
  )
  if (first === undefined) return status
  return plain(`${first.name}: ${first.error ?? first.status}`)
}

/** ASCII, since that is what the protocol is, on one line. */
function plain(text: string): string {
  return text.replace(/[^\u0020-\u007e]+/g, ' ').slice(0, longestReason)
}
