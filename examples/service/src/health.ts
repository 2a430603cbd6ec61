import { type CheckReport, createHealth, type Health, type Report, selfCheck, up } from 'hale'
import { http } from 'hale/checks/http'
import { faults, withFaults } from 'hale/testing'
import type { Database } from './database.ts'
import type { Settings } from './settings.ts'

/** What the service knows about its own health. The checks' names are those that the body shows. */
export function serviceHealth(settings: Settings, database: Database, externalApiUrl: string): Health {
  const timeoutMs = settings.externalApiTimeoutMs
  const databaseFaults = faults()
  const externalApiFaults = faults()
  if (!settings.simulateDbUp) databaseFaults.fail('Simulated database connection refused.')
  if (!settings.simulateExternalApiUp) externalApiFaults.fail('Simulated external API connection refused.')
  return createHealth({
    service: { name: 'example', version: '1.0.0' },
    logger: console,
    checks: {
      ApplicationCore: selfCheck(() => up('Core application logic is functional.')),
      Database: withFaults(database.check, databaseFaults),
      ExternalServiceAPI: withFaults(http(externalApiUrl, { timeoutMs }), externalApiFaults),
    },
    // The external API may take its whole timeout, and the probe still says which of the checks it was.
    groups: { readiness: { budgetMs: timeoutMs + 500 } },
  })
}

interface Entry {
  readonly name: string
  readonly status: string
  readonly message?: string
  readonly error?: string
  readonly response_time_ms?: number
}

/** The body that this service has promised its clients, in place of hale's own. */
export function bodyOf(report: Report, externalApiTimeoutMs: number): object {
  if (report.name === 'liveness') {
    const application = {
      name: 'Application',
      status: report.status,
      message: 'Application process is running.',
    }
    return { status: report.status, details: [application] }
  }
  const { application } = report
  const details = Object.values(report.checks).map((check): Entry => {
    // What holds the service back as a whole, such as its start or its way out, belongs to no check.
    if (check.name === 'ApplicationCore' && application.status !== 'UP') {
      return { name: check.name, status: application.status, error: application.message ?? '' }
    }
    const { name, status, durationMs = 0 } = check
    const text = textOf(check, externalApiTimeoutMs)
    const answer = { name, status, ...(check.error === undefined ? { message: text } : { error: text }) }
    return name === 'ApplicationCore' ? answer : { ...answer, response_time_ms: Math.round(durationMs) }
  })
  return { status: report.status, timestamp: Math.floor((report.timestamp ?? 0) / 1000), details }
}

function textOf({ name, message, error }: CheckReport, externalApiTimeoutMs: number): string {
  const text = error ?? message ?? ''
  if (name === 'Database') return error ?? 'Connected successfully to the database.'
  if (name !== 'ExternalServiceAPI' || text.startsWith('Simulated ')) return text
  const status = /^HTTP (\d+)$/.exec(text)?.[1]
  if (status?.startsWith('2')) return `External API reachable (HTTP ${status}).`
  if (status !== undefined) return `External API returned non-2xx status: ${status}.`
  if (text.startsWith('timed out')) return `External API timed out after ${externalApiTimeoutMs / 1000}s.`
  return 'Could not connect to external API.'
}
