import { balancerTiming, noticeMs } from '../../profile/timings.ts'
import { unannounced } from '../asking/reasons.ts'
import type { Target } from '../target.ts'
import { Block, toHcl } from '../text/hcl.ts'
import { because, type Mapping, plain } from '../text/reasoned.ts'

export const consul: Target = {
  name: 'consul',
  summary: 'a service definition with its check, for the agent on the same machine',
  kind: 'mesh',
  asksOnSameMachine: true,
  forms: ['hcl', 'json'],
  asks: ['http', 'grpc'],
  files(profile, { form = 'hcl', ask = 'http' }) {
    const { name, version, port, servicePort = port, tls, readiness, grpcPort = port, drainDelayMs } = profile
    const timing = balancerTiming(profile)
    const notices = noticeMs(timing)
    const lost = unannounced(profile)
    const asked: Mapping =
      ask === 'grpc'
        ? {
            grpc: because(
              `127.0.0.1:${grpcPort}/readiness`,
              'grpc.health.v1.Health, the name readiness: only SERVING passes.',
            ),
            ...(tls && { grpc_use_tls: true, tls_skip_verify: true }),
          }
        : {
            http: because(
              `${tls ? 'https' : 'http'}://127.0.0.1:${port}${readiness.path}`,
              'From the agent on the same machine. 2xx is passing, so DEGRADED is in service; 429 is a warning; all else is critical. It follows redirects, to login pages too, but for disable_redirects = true, which Consul knows since 2022 and refuses before.',
            ),
            method: 'GET',
            ...(tls && {
              tls_skip_verify: because(true, 'The certificate is for the name by which others reach it.'),
            }),
          }
    const check: Mapping = {
      id: `${name}-ready`,
      name: 'readiness',
      ...asked,
      interval: `${timing.periodSeconds}s`,
      timeout: because(
        `${timing.timeoutSeconds}s`,
        `Above the ${readiness.budgetMs} ms within which the service answers; unsaid it is 10 s.`,
      ),
      failures_before_critical: because(
        timing.failureThreshold,
        lost !== undefined
          ? `Out after ${notices / 1000} s. ${lost}`
          : notices <= drainDelayMs
            ? `Out after ${notices / 1000} s, within the ${drainDelayMs} ms that it goes on serving after the signal to end.`
            : `Out after ${notices / 1000} s, LATER than it stops listening: give gracefulShutdown drainDelayMs: ${notices}.`,
      ),
    }
    const service: Mapping = {
      name,
      id: name,
      port: servicePort,
      ...(version !== undefined && { meta: { version } }),
    }
    const late =
      'No deregister_critical_service_after: a definition that is a file stays away for good once it was deregistered, and a database that is down for an hour would do that. Services that register themselves use it.'
    if (form === 'json') {
      const text = `${JSON.stringify({ service: plain({ ...service, check }) }, undefined, 2)}\n`
      return [{ path: `${name}.json`, text, language: 'json' }]
    }
    const block = new Block([], { ...service, check: new Block([], check, late) })
    return [{ path: `${name}.hcl`, text: toHcl([{ service: block }]), language: 'hcl' }]
  },
}
