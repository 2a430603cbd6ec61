import {
  closed,
  duration,
  flag,
  integer,
  listOf,
  mapOf,
  oneOf,
  path,
  port,
  type Schema,
  text,
} from './schema.ts'

/** Envoy's, as JSON has them: seconds with at most nine decimals and an `s`. */
const protoDuration: Schema = { type: 'string', pattern: '^\\d+(\\.\\d{1,9})?s$' }
/** `start` belongs to it, `end` does not. */
const statusRange = closed({ start: integer(100, 599), end: integer(101, 600) }, ['start', 'end'])
const percent = integer(0, 100)

const endpoint = closed(
  {
    address: closed(
      { socket_address: closed({ address: text, port_value: port }, ['address', 'port_value']) },
      ['socket_address'],
    ),
    health_check_config: closed({ port_value: port, hostname: text }),
  },
  ['address'],
)

/** `config.core.v3.HealthCheck`: four fields are required, and one of the kinds of check. */
const healthCheck = closed(
  {
    timeout: protoDuration,
    interval: protoDuration,
    interval_jitter: protoDuration,
    no_traffic_interval: protoDuration,
    unhealthy_interval: protoDuration,
    unhealthy_threshold: integer(1),
    healthy_threshold: integer(1),
    reuse_connection: flag,
    http_health_check: closed(
      {
        path,
        host: text,
        method: oneOf('GET', 'HEAD'),
        expected_statuses: listOf(statusRange),
        retriable_statuses: listOf(statusRange),
      },
      ['path'],
    ),
  },
  ['timeout', 'interval', 'unhealthy_threshold', 'healthy_threshold', 'http_health_check'],
)

/** Facts of Envoy's v3 API (1.22 and newer), as far as a static cluster needs it. */
export const envoyBootstrap: Schema = closed(
  {
    static_resources: closed(
      {
        clusters: listOf(
          closed(
            {
              name: text,
              type: oneOf('STATIC', 'STRICT_DNS', 'LOGICAL_DNS', 'EDS'),
              connect_timeout: protoDuration,
              lb_policy: oneOf('ROUND_ROBIN', 'LEAST_REQUEST', 'RING_HASH', 'RANDOM', 'MAGLEV'),
              load_assignment: closed(
                {
                  cluster_name: text,
                  endpoints: listOf(closed({ lb_endpoints: listOf(closed({ endpoint }, ['endpoint'])) })),
                },
                ['cluster_name'],
              ),
              health_checks: listOf(healthCheck),
              outlier_detection: closed({
                consecutive_5xx: integer(0),
                consecutive_gateway_failure: integer(0),
                enforcing_consecutive_5xx: percent,
                enforcing_consecutive_gateway_failure: percent,
                enforcing_success_rate: percent,
                interval: protoDuration,
                base_ejection_time: protoDuration,
                max_ejection_percent: percent,
              }),
              transport_socket: closed({ name: text, typed_config: mapOf({}) }, ['name']),
            },
            ['name', 'connect_timeout', 'load_assignment'],
          ),
        ),
      },
      ['clusters'],
    ),
  },
  ['static_resources'],
)

/** Facts of Traefik's file provider (2.10 and 3): services with a health check, and the retry middleware. */
export const traefikDynamic: Schema = closed(
  {
    http: closed({
      services: mapOf(
        closed(
          {
            loadBalancer: closed(
              {
                servers: listOf(
                  closed({ url: { type: 'string', pattern: '^https?://[^/]+:\\d+$' } }, ['url']),
                ),
                serversTransport: text,
                healthCheck: closed(
                  {
                    scheme: oneOf('http', 'https'),
                    path,
                    port,
                    hostname: text,
                    method: oneOf('GET', 'HEAD'),
                    followRedirects: flag,
                    interval: duration,
                    timeout: duration,
                    headers: mapOf(text),
                  },
                  ['path'],
                ),
              },
              ['servers'],
            ),
          },
          ['loadBalancer'],
        ),
      ),
      serversTransports: mapOf(closed({ serverName: text, rootCAs: listOf(path) })),
      middlewares: mapOf(
        closed({ retry: closed({ attempts: integer(1), initialInterval: duration }, ['attempts']) }),
      ),
    }),
  },
  ['http'],
)
