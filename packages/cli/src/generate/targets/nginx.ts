import type { ServiceProfile } from '../../profile/service-profile.ts'
import { checkTiming, secondsText } from '../balancing/check-timing.ts'
import { addressOf, type Instances, instancesOf } from '../balancing/instances.ts'
import { plainPath } from '../balancing/plain-path.ts'
import { type Trust, trustOf } from '../balancing/trust.ts'
import type { Target } from '../target.ts'
import { type Directive, directives } from '../text/directives.ts'

/** Failures of users' requests before an instance is left out. */
const MAX_FAILS = 3
/** NGINX's own; longer, and an instance that is back waits for nothing. */
const MOST_FAIL_MS = 10_000

/** An upstream and what a location needs; NGINX Plus' own asking stands there as a comment. */
export const nginx: Target = {
  name: 'nginx',
  summary: 'NGINX: an upstream with passive checks, and what its location needs',
  kind: 'proxy',
  asksOnSameMachine: true,
  takesInstances: true,
  takesCaFile: true,
  files(profile, options) {
    const instances = instancesOf(profile, options)
    const { name } = profile
    const trust = trustOf(profile, instances, options)
    return [
      { path: `nginx/conf.d/${name}.conf`, text: upstream(profile, instances), language: 'nginx' },
      { path: `nginx/snippets/${name}.conf`, text: location(profile, instances, trust), language: 'nginx' },
    ]
  },
}

function upstream(profile: ServiceProfile, { all, named, placeholders }: Instances): string {
  const { name, drainDelayMs } = profile
  const leftOut = leavingOut(drainDelayMs)
  const head: readonly Directive[] = [
    [
      '',
      `How NGINX shares requests out between the instances of ${name}; belongs inside http { }. Open-source NGINX asks nobody: it learns from the requests of users that fail, so an instance whose readiness is DOWN goes on getting them. Let the service answer its own requests 503 while it is not ready, which the location passes to the next instance, or have NGINX behind a balancer that asks.`,
    ],
    placeholders === undefined ? undefined : ['', placeholders],
    named
      ? [
          '',
          'A name is looked up once, when NGINX starts or reloads, and one that is not known keeps it from starting. Since 1.27.3 "resolve" after a server, and a resolver, follow it.',
        ]
      : undefined,
    all.length === 1
      ? [
          '',
          'ONE SERVER ALONE IS NEVER LEFT OUT: max_fails and fail_timeout have no effect until there is a second one.',
        ]
      : undefined,
  ]
  const body = directives(
    [
      [
        `zone ${name} 64k;`,
        'One state for all workers. Without it each counts failures, and tries a dead instance, for itself.',
      ],
      ['least_conn;', 'By live load: a slow instance, such as one that is DEGRADED, gets less by itself.'],
      ['', leftOut.reason],
      ...all.map((instance) => `server ${addressOf(instance)} ${leftOut.parameters};`),
      [
        'keepalive 16;',
        'Idle connections kept by each worker. A service that drains answers "Connection: close", so none is used after its end.',
      ],
    ],
    { indent: 2 },
  )
  return `${directives(head)}upstream ${name} {\n${body}}\n`
}

/**
 * How long an instance is left out. NGINX counts whole seconds and looks whether more than `fail_timeout` have gone by,
 * so that it can take one more.
 */
function leavingOut(drainDelayMs: number): { readonly parameters: string; readonly reason: string } {
  const seconds = Math.floor(Math.min(MOST_FAIL_MS, drainDelayMs) / 1000) - 1
  const drains = `the drain delay (${secondsText(drainDelayMs)})`
  if (seconds < 1) {
    return {
      parameters: 'max_fails=0',
      reason: `Nobody is left out: the shortest time, which can take two seconds, is above ${drains}, and in a rolling restart the instance that is back would not be in use before the next one stops. One that refuses costs each request no time, one that is gone without a word a second.`,
    }
  }
  return {
    parameters: `max_fails=${MAX_FAILS} fail_timeout=${seconds}s`,
    reason: `${MAX_FAILS} failures within ${seconds} s leave an instance out for as long, and up to a second more; then one request tries it. Within ${drains}: in a rolling restart the instance that is back is in use again before the next one stops.`,
  }
}

function location(profile: ServiceProfile, { healthPort }: Instances, trust: Trust | undefined): string {
  const { name, inFlightMs, readiness } = profile
  const { intervalMs, fall, rise } = checkTiming(profile)
  const scheme = trust === undefined ? 'http' : 'https'
  const port = healthPort === undefined ? '' : ` port=${healthPort}`
  return directives([
    ['', `What the location of ${name} needs: location / { include snippets/${name}.conf; }`],
    `proxy_pass ${scheme}://${name};`,
    ['proxy_http_version 1.1;', 'Both for connections that are kept, which HTTP/1.0 has not.'],
    'proxy_set_header Connection "";',
    'proxy_set_header Host $host;',
    'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
    'proxy_set_header X-Forwarded-Proto $scheme;',
    ...(trust === undefined ? [] : verifying(trust)),
    [
      'proxy_next_upstream error timeout http_503;',
      'A failed request goes to the next instance: an instance that died or that is not ready (503) costs no answer. POST, PATCH and LOCK only if they were not sent; do not add non_idempotent unless doing them twice does no harm.',
    ],
    ['proxy_next_upstream_tries 2;', 'A request that kills instances kills two at most.'],
    [
      'proxy_connect_timeout 1s;',
      'An instance that is gone without a word is left for the next one soon. A refusal takes no time.',
    ],
    [
      `proxy_read_timeout ${Math.ceil((inFlightMs + 1000) / 1000)}s;`,
      `Above the longest request, ${secondsText(inFlightMs)}.`,
    ],
    `proxy_next_upstream_timeout ${Math.ceil((inFlightMs + 1000) / 1000)}s;`,
    [
      '',
      `NGINX Plus asks: add\n  health_check uri=${plainPath(readiness.path)}${port} interval=${intervalMs}ms fails=${fall} passes=${rise} match=${name}_ready;\nhere, and to http { }\n  match ${name}_ready { status 200; }`,
    ],
  ])
}

/** Unsaid, NGINX encrypts and believes anybody. */
function verifying({ caFile, serverName, reason }: Trust): readonly Directive[] {
  return [
    ['proxy_ssl_verify on;', `${reason} Unsaid, NGINX takes any certificate, and names nobody when it asks.`],
    `proxy_ssl_trusted_certificate ${caFile};`,
    ['proxy_ssl_verify_depth 3;', 'Authorities between its certificate and a root.'],
    `proxy_ssl_name ${serverName};`,
    'proxy_ssl_server_name on;',
  ]
}
