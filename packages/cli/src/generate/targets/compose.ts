import { timingsOf } from '../../profile/timings.ts'
import { containerCheck } from '../asking/container-check.ts'
import { probeCommandReason } from '../asking/probe-command.ts'
import { LIVENESS_REASON } from '../asking/reasons.ts'
import type { Target } from '../target.ts'
import { because } from '../text/reasoned.ts'
import { toYaml } from '../text/yaml.ts'

export const compose: Target = {
  name: 'compose',
  summary: 'health check and time to end of a service, laid over a compose.yaml',
  kind: 'platform',
  asks: ['exec'],
  choosesProbe: true,
  files(profile, { probe = 'readiness' }) {
    const { name, image } = profile
    const check = containerCheck(profile, probe)
    const { graceSeconds, shutdownTimeoutMs } = timingsOf(profile)
    const [timeoutReason = '', startReason = ''] = check.reasons
    const purpose =
      probe === 'liveness'
        ? LIVENESS_REASON
        : 'Asks readiness: what depends on this service waits until it can be sent requests. Nothing is restarted by it.'
    const text = toYaml(
      {
        services: {
          [name]: {
            ...(image !== undefined && { image }),
            stop_grace_period: because(
              `${graceSeconds}s`,
              `Compose kills after 10 s otherwise, and the service takes up to ${shutdownTimeoutMs / 1000} s to ${profile.drainsItself ? 'drain, finish and close' : 'finish and close'}.`,
            ),
            healthcheck: because(
              {
                test: because(['CMD', ...check.command.map(uninterpolated)], probeCommandReason(profile)),
                interval: `${check.periodSeconds}s`,
                timeout: because(`${check.timeoutSeconds}s`, timeoutReason),
                retries: check.retries,
                start_period: because(`${check.startPeriodSeconds}s`, startReason),
                start_interval: because(
                  `${check.startSeconds}s`,
                  'Docker Engine 25 and newer: "healthy" as soon as it is, not an interval later.',
                ),
              },
              purpose,
            ),
          },
        },
      },
      `Beside the compose.yaml that has the service ${name}: docker compose -f compose.yaml -f compose.health.yaml up\nWhat needs it says depends_on: { ${name}: { condition: service_healthy } }.`,
    )
    return [{ path: 'compose.health.yaml', text, language: 'yaml' }]
  },
}

/** Compose takes `$` for a variable. */
function uninterpolated(text: string): string {
  return text.replaceAll('$', '$$$$')
}
