import type { ServiceProfile } from '../../profile/service-profile.ts'
import { ANSWERS, checkTiming, secondsText, timeoutReason } from '../balancing/check-timing.ts'
import { type Instances, instancesOf } from '../balancing/instances.ts'
import { type Trust, trustOf } from '../balancing/trust.ts'
import type { Target } from '../target.ts'
import { because, type Tree } from '../text/reasoned.ts'
import { toYaml } from '../text/yaml.ts'

/** A cluster of Envoy's v3 API. */
export const envoy: Target = {
  name: 'envoy',
  summary: 'Envoy: a static cluster with health checks and outlier detection',
  kind: 'proxy',
  takesInstances: true,
  takesCaFile: true,
  files(profile, options) {
    const instances = instancesOf(profile, options)
    const { name } = profile
    const head = [
      `How Envoy (v3 API) shares requests out between the instances of ${name}. Merge it into the bootstrap, or load it beside: envoy -c envoy.yaml --config-yaml "$(cat ${name}.yaml)"`,
      ...(instances.placeholders === undefined ? [] : [instances.placeholders]),
      ...(profile.tls && instances.healthPort !== undefined
        ? [
            `ENVOY ASKS AS IT SENDS REQUESTS: without TLS, which port ${instances.healthPort} wants. Say transport_socket_match_criteria in the health check, and transport_socket_matches in the cluster.`,
          ]
        : []),
    ].join('\n')
    return [
      {
        path: `envoy/${name}.yaml`,
        text: toYaml(cluster(profile, instances, trustOf(profile, instances, options)), head),
        language: 'yaml',
      },
    ]
  },
}

function cluster(
  profile: ServiceProfile,
  { all, healthPort, named }: Instances,
  trust: Trust | undefined,
): Tree {
  const { name } = profile
  return {
    static_resources: {
      clusters: [
        {
          name,
          type: named
            ? because('STRICT_DNS', 'Names are looked up again and again: instances move.')
            : 'STATIC',
          connect_timeout: because(
            '1s',
            'An instance that is gone without a word is left for the next one soon.',
          ),
          lb_policy: because(
            'LEAST_REQUEST',
            'By live load: a slow instance, such as one that is DEGRADED, gets less by itself.',
          ),
          load_assignment: {
            cluster_name: name,
            endpoints: [
              {
                lb_endpoints: all.map(({ host, port }) => ({
                  endpoint: {
                    address: { socket_address: { address: host, port_value: port } },
                    ...(healthPort !== undefined && { health_check_config: { port_value: healthPort } }),
                  },
                })),
              },
            ],
          },
          health_checks: [healthCheck(profile)],
          outlier_detection: outliers(profile),
          ...(trust !== undefined && { transport_socket: transportSocket(trust) }),
        },
      ],
    },
  }
}

function healthCheck(profile: ServiceProfile): Tree {
  const { timeoutMs, intervalMs, fall, rise, reason } = checkTiming(profile)
  return {
    timeout: because(secondsText(timeoutMs), timeoutReason(profile)),
    interval: because(secondsText(intervalMs), reason),
    no_traffic_interval: because(
      secondsText(intervalMs),
      'Unsaid it is 60 s: a cluster that nobody has used yet would not know its instances.',
    ),
    unhealthy_threshold: fall,
    healthy_threshold: rise,
    http_health_check: {
      path: profile.readiness.path,
      host: profile.name,
      expected_statuses: because(
        [{ start: 200, end: 201 }],
        `${ANSWERS} The end of a range is not part of it.`,
      ),
      retriable_statuses: because(
        [{ start: 503, end: 504 }],
        'Without it any status that is not expected takes an instance out at once, whatever unhealthy_threshold says: that counts timeouts and refusals alone. A service served with "envoy: true" leaves at once all the same when it drains (x-envoy-immediate-health-check-fail), and is used last while DEGRADED (x-envoy-degraded).',
      ),
    },
  }
}

function outliers({ drainDelayMs }: ServiceProfile): Tree {
  return {
    consecutive_gateway_failure: because(
      3,
      'Between two questions: 502, 503 and 504 to users, which are what an instance in trouble answers. Not consecutive_5xx: a fault of one route would take out everyone.',
    ),
    enforcing_consecutive_gateway_failure: because(
      100,
      'Unsaid it is 0: seen and counted, and nothing done.',
    ),
    enforcing_consecutive_5xx: 0,
    enforcing_success_rate: 0,
    base_ejection_time: because(
      secondsText(Math.min(10_000, Math.max(1000, drainDelayMs))),
      'No longer than the drain delay: in a rolling restart the instance that is back is in use before the next one stops.',
    ),
    max_ejection_percent: because(50, 'Half of the instances stay, even if all of them look ill.'),
  }
}

function transportSocket({ caFile, serverName, reason }: Trust): Tree {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
      sni: serverName,
      common_tls_context: {
        validation_context: because(
          {
            trusted_ca: { filename: caFile },
            match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: serverName } }],
          },
          `${reason} Unsaid, Envoy takes any certificate, and with an authority alone one for any name.`,
        ),
      },
    },
  }
}
