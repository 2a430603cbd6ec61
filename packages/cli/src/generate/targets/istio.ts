import type { ServiceProfile } from '../../profile/service-profile.ts'
import { timingsOf } from '../../profile/timings.ts'
import type { GeneratedFile, Target } from '../target.ts'
import { because } from '../text/reasoned.ts'
import { toYaml } from '../text/yaml.ts'

export const istio: Target = {
  name: 'istio',
  summary: 'DestinationRule with outlier detection, and annotations for probes and the end of a pod',
  kind: 'mesh',
  asksOnSameMachine: true,
  files: (profile) => [destinationRule(profile), podPatch(profile)],
}

function destinationRule({ name, replicas }: ServiceProfile): GeneratedFile {
  const text = toYaml(
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name },
      spec: {
        host: because(name, 'Of the same namespace; from others, NAME.NAMESPACE.svc.cluster.local.'),
        trafficPolicy: {
          outlierDetection: because(
            {
              consecutiveGatewayErrors:
                replicas === 1
                  ? because(
                      0,
                      'Off: one alone is never ejected, bad answers are better than none. Not by maxEjectionPercent: 0, which Istio takes for unsaid.',
                    )
                  : because(
                      5,
                      '502, 503 and 504: what a broken instance says. Not consecutive5xxErrors, for which a 500 of one request that is wrong counts too.',
                    ),
              consecutive5xxErrors: because(0, 'Off; unsaid it is on, with 5.'),
              interval: '10s',
              baseEjectionTime: because(
                '30s',
                'Grows with each ejection. Longer than a restart, or it comes back before it is well.',
              ),
              maxEjectionPercent: because(
                50,
                'A dependency that is down makes all instances fail alike: half stay, and may still be of use.',
              ),
            },
            'Passive, beside readiness: the kubelet asks every few seconds, a proxy sees each answer. Nothing asks /health here.',
          ),
        },
      },
    },
    'How the proxies of the clients treat instances that fail.',
  )
  return { path: 'destination-rule.yaml', text, language: 'yaml' }
}

function podPatch(profile: ServiceProfile): GeneratedFile {
  const { name, drainDelayMs, inFlightMs } = profile
  const { graceSeconds } = timingsOf(profile)
  const drainSeconds = Math.min(graceSeconds - 1, Math.ceil((drainDelayMs + inFlightMs) / 1000) + 2)
  const text = toYaml(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        template: {
          metadata: {
            annotations: {
              'sidecar.istio.io/rewriteAppHTTPProbers': because(
                'true',
                'The kubelet has no certificate of the mesh: its HTTP and gRPC probes go through the agent, at port 15020. That is the default of the chart; here it does not depend on it. Exec probes pass by it.',
              ),
              'proxy.istio.io/config': because(
                `holdApplicationUntilProxyStarts: true\nterminationDrainDuration: ${drainSeconds}s\n`,
                `The first: no check fails at the start for want of a network. The second: the sidecar ends 5 s after the signal otherwise, beneath a service that drains for ${drainDelayMs} ms and answers for up to ${inFlightMs} ms. Neither is needed with native sidecars, which start first and end last.`,
              ),
            },
          },
        },
      },
    },
    `A patch for the Deployment ${name}.`,
  )
  return { path: 'istio-patch.yaml', text, language: 'yaml' }
}
