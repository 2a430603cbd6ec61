import type { ServiceProfile } from '../../profile/service-profile.ts'
import { unannounced } from '../asking/reasons.ts'
import { ANSWERS, checkTiming, secondsText, timeoutReason } from '../balancing/check-timing.ts'
import { addressOf, type Instances, instancesOf } from '../balancing/instances.ts'
import { trustReason } from '../balancing/trust.ts'
import type { Target, TargetOptions } from '../target.ts'
import { because, type Tree } from '../text/reasoned.ts'
import { toYaml } from '../text/yaml.ts'

/** A file for Traefik's file provider. */
export const traefik: Target = {
  name: 'traefik',
  summary: 'Traefik: a service with a health check, for the file provider',
  kind: 'proxy',
  takesInstances: true,
  takesCaFile: true,
  files(profile, options) {
    const instances = instancesOf(profile, options)
    const { name } = profile
    const head = [
      `How Traefik (2.10 or newer) shares requests out between the instances of ${name}. Put it into the folder of the file provider; a router names it as service: ${name}@file, middlewares: [${name}-retry@file]`,
      ...(instances.placeholders === undefined ? [] : [instances.placeholders]),
    ].join('\n')
    return [
      {
        path: `traefik/${name}.yaml`,
        text: toYaml(dynamic(profile, instances, options), head),
        language: 'yaml',
      },
    ]
  },
}

function dynamic(profile: ServiceProfile, { all, healthPort }: Instances, { caFile }: TargetOptions): Tree {
  const { name, tls } = profile
  const scheme = tls && healthPort === undefined ? 'https' : 'http'
  return {
    http: {
      services: {
        [name]: {
          loadBalancer: {
            servers: all.map((instance) => ({ url: `${scheme}://${addressOf(instance)}` })),
            healthCheck: healthCheck(profile, healthPort),
            ...(tls && { serversTransport: `${name}-tls` }),
          },
        },
      },
      ...(tls && {
        serversTransports: {
          [`${name}-tls`]: because(
            { serverName: name, ...(caFile !== undefined && { rootCAs: [caFile] }) },
            trustReason(profile, caFile),
          ),
        },
      }),
      middlewares: {
        [`${name}-retry`]: {
          retry: because(
            { attempts: 2, initialInterval: '100ms' },
            'Until a dead instance has been noticed: a request that could not be sent is tried with the next one.',
          ),
        },
      },
    },
  }
}

function healthCheck(profile: ServiceProfile, healthPort: number | undefined): Tree {
  // Traefik has no thresholds.
  const { timeoutMs, intervalMs, reason } = checkTiming(profile, { fall: 1 })
  // It warns, and takes another one, where the timeout is not below the interval.
  const asked = Math.max(intervalMs, timeoutMs + 500)
  return {
    path: because(
      profile.readiness.path,
      `${ANSWERS} Traefik passes on all of 2xx and 3xx; with version 3 "status: 200" can be said.`,
    ),
    ...(healthPort !== undefined && { port: healthPort }),
    ...(profile.tls && healthPort !== undefined && { scheme: 'https' }),
    hostname: profile.name,
    method: 'GET',
    followRedirects: because(false, 'A redirect would be followed to a login page, which is always healthy.'),
    interval: because(
      secondsText(asked),
      asked === intervalMs
        ? `Traefik acts on the first answer, good or bad. ${reason}`
        : `Above the timeout, as Traefik wants it. It acts on the first answer, good or bad: ${lateness(asked, profile)}`,
    ),
    timeout: because(secondsText(timeoutMs), timeoutReason(profile)),
  }
}

function lateness(asked: number, profile: ServiceProfile): string {
  const { drainDelayMs } = profile
  const lost = unannounced(profile)
  if (lost !== undefined) return `one that fails is out within ${secondsText(asked)}. ${lost}`
  const out = `an instance that drains is out within ${secondsText(asked)}`
  return asked <= drainDelayMs
    ? `${out}, before it stops listening after ${secondsText(drainDelayMs)}.`
    : `${out}. TOO LATE: it stops listening after ${secondsText(drainDelayMs)}; give it a drain delay of ${secondsText(asked + 500)}.`
}
