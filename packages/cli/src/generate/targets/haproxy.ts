import type { ServiceProfile } from '../../profile/service-profile.ts'
import { ANSWERS, checkTiming, secondsText, timeoutReason } from '../balancing/check-timing.ts'
import { addressOf, type Instances, instancesOf } from '../balancing/instances.ts'
import { plainPath } from '../balancing/plain-path.ts'
import { trustReason } from '../balancing/trust.ts'
import type { Target } from '../target.ts'
import { type Directive, directives } from '../text/directives.ts'

/** Long enough for pools to fill, short beside a rolling restart. */
const SLOWSTART = '10s'
/** Where `hale serve` and the docs put the agent. */
const AGENT_PORT = 9402

/** A backend, to be loaded beside the main file: `haproxy -f haproxy.cfg -f orders.cfg`. */
export const haproxy: Target = {
  name: 'haproxy',
  summary: 'HAProxy: a backend with httpchk, and agent-check where there is an agent',
  kind: 'proxy',
  asks: ['http', 'agent'],
  takesInstances: true,
  takesCaFile: true,
  files(profile, options) {
    const instances = instancesOf(profile, options)
    // Whoever has an agent means it to be asked, unless told otherwise.
    const { ask = profile.agentPort === undefined ? 'http' : 'agent' } = options
    const agentPort = ask === 'agent' ? (profile.agentPort ?? AGENT_PORT) : undefined
    const head = directives([
      [
        '',
        `How HAProxy (${profile.tls && options.caFile === undefined ? '2.6' : '2.2'} or newer) asks ${profile.name}. Loaded beside the main file, which has global, defaults and frontends: haproxy -f haproxy.cfg -f ${profile.name}.cfg`,
      ],
      instances.placeholders === undefined ? undefined : ['', instances.placeholders],
      '',
    ])
    const text = head + resolvers(profile, instances) + backend(profile, instances, agentPort, options.caFile)
    return [{ path: `haproxy/${profile.name}.cfg`, text, language: 'haproxy' }]
  },
}

function resolvers({ name }: ServiceProfile, { named }: Instances): string {
  if (!named) return ''
  const section = directives([
    [
      '',
      'Without it a name is looked up once, at the start, and an instance that moved is never found again.',
    ],
    `resolvers ${name}-dns`,
  ])
  return `${section}${directives(['parse-resolv-conf', 'hold valid 10s'], { indent: 2 })}\n`
}

function backend(
  profile: ServiceProfile,
  instances: Instances,
  agentPort: number | undefined,
  caFile: string | undefined,
): string {
  const { name, inFlightMs } = profile
  const { timeoutMs } = checkTiming(profile)
  const asked = agentPort === undefined ? profile.readiness : profile.liveness
  const lines = directives(
    [
      'mode http',
      [
        'balance leastconn',
        'By live load: a slow instance, such as one that is DEGRADED, gets less by itself.',
      ],
      [
        'option httpchk',
        'Spelled out, because httpchk alone asks OPTIONS / in HTTP/1.0 without a Host header, which few applications answer and which says nothing of readiness.',
      ],
      [
        `http-check send meth GET uri ${plainPath(asked.path)} ver HTTP/1.1 hdr Host ${name}`,
        agentPort === undefined
          ? ANSWERS
          : 'LIVENESS, because the agent tells of readiness: asked here too, 503 would make a server that drains DOWN, and take the sessions that it is to keep.',
      ],
      [
        'http-check expect status 200',
        `Unsaid, HAProxy passes on all of 2xx and 3xx: a redirect to a login page would be healthy. No "http-check disable-on-404": 404 is a wrong path here, never a service that drains.`,
      ],
      [`timeout check ${timeoutMs}ms`, timeoutReason(profile)],
      ['timeout connect 1s', 'An instance that is gone without a word is left for the next one soon.'],
      [`timeout server ${inFlightMs + 1000}ms`, `Above the longest request, ${secondsText(inFlightMs)}.`],
      [
        'retries 2',
        'Until a dead instance has been noticed its requests go to another one. Only those that never reached it (conn-failure): whatever was sent may have been done.',
      ],
      'option redispatch 1',
      'retry-on conn-failure',
      ...servers(profile, instances, agentPort, caFile),
    ],
    { indent: 2 },
  )
  return `backend ${name}\n${lines}`
}

function servers(
  profile: ServiceProfile,
  { all, healthPort, named }: Instances,
  agentPort: number | undefined,
  caFile: string | undefined,
): readonly Directive[] {
  const { name, tls } = profile
  const { intervalMs, fall, rise, reason } = checkTiming(profile)
  const port = healthPort === undefined ? '' : ` port ${healthPort}`
  // On a port of its own only the check is encrypted; else all is.
  const encrypted = healthPort === undefined ? `ssl sni str(${name})` : 'check-ssl'
  return [
    [
      `default-server slowstart ${SLOWSTART}`,
      'Caches are cold and pools are empty when an instance comes back: its share grows for this long.',
    ],
    tls
      ? [
          `default-server ${encrypted} check-sni ${name} verify required ca-file ${caFile ?? '@system-ca'}`,
          trustReason(profile, caFile),
        ]
      : undefined,
    agentPort === undefined
      ? undefined
      : [
          `default-server weight 100 agent-check agent-port ${agentPort} agent-inter ${intervalMs}ms`,
          'The agent (hale/haproxy-agent) tells of readiness, at its first word: it lowers the weight of a DEGRADED instance, of which it gives percents, and drains one that shuts down, which a status code cannot say. What it took out only it brings back; one that cannot be reached changes nothing.',
        ],
    named
      ? [
          `default-server resolvers ${name}-dns init-addr last,libc,none`,
          'HAProxy starts although a name is not known yet: its instance is out until it is.',
        ]
      : undefined,
    [
      `default-server check${port} inter ${intervalMs}ms fall ${fall} rise ${rise}`,
      agentPort === undefined
        ? reason
        : `${fall} failures in a row take an instance out that does not answer.`,
    ],
    ...all.map((instance) => `server ${instance.name} ${addressOf(instance)}`),
  ]
}
