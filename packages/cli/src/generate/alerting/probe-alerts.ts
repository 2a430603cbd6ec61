import type { ServiceProfile } from '../../profile/service-profile.ts'
import type { AlertRule } from './alert-rule.ts'

/** Certificates are renewed thirty days before their end by most who do it by themselves. */
const CERTIFICATE_DAYS = 14
const DAY_SECONDS = 86_400

/** What is seen from outside, through the blackbox exporter. */
export function probeAlerts(
  { name, tls }: ServiceProfile,
  instance: string,
  probeMs: number,
): readonly AlertRule[] {
  const job = `${name}-ready`
  const labels = { job, instance }
  const failed: AlertRule = {
    name: 'HaleProbeFails',
    expr: `probe_success{job="${job}"} == 0`,
    forMs: 4 * probeMs,
    severity: 'warning',
    summary: `{{ $labels.instance }} of ${name} is not ready, seen from outside`,
    description: 'Its readiness is not 200, or nothing answers at all.',
    reason: 'Four questions: longer than a balancer needs, shorter than anybody waits.',
    fires: { on: [{ metric: 'probe_success', labels, values: 0 }], with: labels },
    silent: [{ metric: 'probe_success', labels, values: 1 }],
  }
  const everywhere: AlertRule = {
    name: 'HaleProbeFailsEverywhere',
    expr: `max by (job) (probe_success{job="${job}"}) == 0`,
    forMs: 2 * probeMs,
    severity: 'critical',
    summary: `No instance of ${name} is ready, seen from outside`,
    description: 'Nobody can be served, or the exporter cannot reach them.',
    reason: 'Two questions: nobody is left to serve anyone.',
    fires: { on: [{ metric: 'probe_success', labels, values: 0 }], with: { job } },
  }
  const expires: AlertRule = {
    name: 'HaleCertificateExpires',
    expr: `probe_ssl_earliest_cert_expiry{job="${job}"} - time() < ${CERTIFICATE_DAYS * DAY_SECONDS}`,
    forMs: 4 * probeMs,
    severity: 'warning',
    summary: `A certificate of {{ $labels.instance }} of ${name} ends within ${CERTIFICATE_DAYS} days`,
    description: 'Whoever verifies it will be refused from then on, health checks too.',
    reason: 'Renewal by machine happens a month before: it has failed for two weeks by then.',
    fires: {
      on: [{ metric: 'probe_ssl_earliest_cert_expiry', labels, values: DAY_SECONDS }],
      with: labels,
    },
    silent: [{ metric: 'probe_ssl_earliest_cert_expiry', labels, values: 100 * DAY_SECONDS }],
  }
  return tls ? [everywhere, failed, expires] : [everywhere, failed]
}
