import type { ServiceProfile } from '../../profile/service-profile.ts'
import { ANSWERS, checkTiming, secondsText, timeoutReason } from '../balancing/check-timing.ts'
import { addressOf, type Instances, instancesOf } from '../balancing/instances.ts'
import { plainPath } from '../balancing/plain-path.ts'
import { type Trust, trustOf } from '../balancing/trust.ts'
import type { Target, TargetOptions } from '../target.ts'
import { type Directive, directives } from '../text/directives.ts'

/** A snippet for the Caddyfile. */
export const caddy: Target = {
  name: 'caddy',
  summary: 'Caddy: a reverse_proxy with active and passive checks',
  kind: 'proxy',
  takesInstances: true,
  takesCaFile: true,
  files(profile, options) {
    const { name } = profile
    const text = snippet(profile, instancesOf(profile, options), options)
    return [{ path: `caddy/${name}.caddy`, text, language: 'caddyfile' }]
  },
}

function snippet(profile: ServiceProfile, instances: Instances, options: TargetOptions): string {
  const { name, drainDelayMs, readiness, tls } = profile
  const { all, healthPort, placeholders } = instances
  const trust = trustOf(profile, instances, options)
  // Caddy before 2.8 has no thresholds, and refuses a directive that it does not know.
  const { intervalMs, timeoutMs, reason } = checkTiming(profile, { fall: 1 })
  const scheme = trust === undefined ? '' : 'https://'
  const head = directives([
    [
      '',
      `How Caddy (2.6 or newer) shares requests out between the instances of ${name}. In the Caddyfile: import ${name}.caddy, and within the site: import ${name}`,
    ],
    placeholders === undefined ? undefined : ['', placeholders],
    tls && healthPort !== undefined
      ? [
          '',
          `CADDY ASKS AS IT SENDS REQUESTS: without TLS, which port ${healthPort} wants. Answer health there without, or on the port of the service too.`,
        ]
      : undefined,
  ])
  const body = directives(
    [
      `to ${all.map((instance) => `${scheme}${addressOf(instance)}`).join(' ')}`,
      [
        'lb_policy least_conn',
        'By live load: a slow instance, such as one that is DEGRADED, gets less by itself.',
      ],
      [
        'lb_try_duration 2s',
        'A request whose instance cannot be reached goes to another one; one that was sent only if it is a GET.',
      ],
      'lb_try_interval 100ms',
      [`health_uri ${plainPath(readiness.path)}`, `${ANSWERS} Unsaid, Caddy passes on all of 2xx.`],
      'health_status 200',
      ...(healthPort === undefined ? [] : [`health_port ${healthPort}`]),
      [
        `health_interval ${secondsText(intervalMs)}`,
        `Caddy acts on the first answer, good or bad; with Caddy 2.8 or newer add "health_fails 3" and "health_passes 2" and divide the interval by three. ${reason}`,
      ],
      [`health_timeout ${secondsText(timeoutMs)}`, timeoutReason(profile)],
      [
        `fail_duration ${secondsText(Math.min(10_000, Math.max(1000, drainDelayMs)))}`,
        'Between two questions: an instance that cannot be reached is left out for this long, and not longer than the drain delay, so that it is back before the next one of a rolling restart stops.',
      ],
      'max_fails 3',
      ...(trust === undefined ? [] : transport(trust, options.caFile)),
    ],
    { indent: 2, indentWith: '\t' },
  )
  return `${head}(${name}) {\n\treverse_proxy {\n${body}\t}\n}\n`
}

function transport({ serverName, reason }: Trust, caFile: string | undefined): readonly Directive[] {
  return [
    ['transport http {', reason],
    `\ttls_server_name ${serverName}`,
    // Known to every version; since 2.8 it is also written "tls_trust_pool file".
    caFile === undefined ? undefined : `\ttls_trusted_ca_certs ${caFile}`,
    '}',
  ]
}
