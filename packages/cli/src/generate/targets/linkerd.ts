import type { ServiceProfile } from '../../profile/service-profile.ts'
import type { GeneratedFile, Target } from '../target.ts'
import { because } from '../text/reasoned.ts'
import { toYaml } from '../text/yaml.ts'

export const linkerd: Target = {
  name: 'linkerd',
  summary: 'failure accrual and an orderly end of the proxy, or a route that lets the kubelet ask',
  kind: 'mesh',
  asksOnSameMachine: true,
  forms: ['annotations', 'probe-route'],
  // The route apart: where there is no other, it would be the only one, and all else would be refused.
  files: (profile, { form = 'annotations' }) =>
    form === 'probe-route' ? [probeRoute(profile)] : [servicePatch(profile), podPatch(profile)],
}

function servicePatch({ name }: ServiceProfile): GeneratedFile {
  const text = toYaml(
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name,
        annotations: {
          'balancer.linkerd.io/failure-accrual': because(
            'consecutive',
            'Passive, beside readiness: clients leave an instance that fails, and try it again by themselves.',
          ),
          'balancer.linkerd.io/failure-accrual-consecutive-max-failures': '7',
          'balancer.linkerd.io/failure-accrual-consecutive-min-penalty': '1s',
          'balancer.linkerd.io/failure-accrual-consecutive-max-penalty': because(
            '30s',
            'An instance that has recovered is found within that time.',
          ),
        },
      },
    },
    `A patch for the Service ${name}.`,
  )
  return { path: 'linkerd-service-patch.yaml', text, language: 'yaml' }
}

function podPatch({ name, drainDelayMs }: ServiceProfile): GeneratedFile {
  const seconds = Math.ceil(drainDelayMs / 1000)
  const text = toYaml(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        template: {
          metadata: {
            annotations: {
              'config.alpha.linkerd.io/proxy-wait-before-exit-seconds': because(
                String(seconds),
                `The proxy refuses new requests from its own SIGTERM on, and a service that drains expects them for ${drainDelayMs} ms: so long its signal is held back. Leave it out with native sidecars, which end last.`,
              ),
            },
          },
        },
      },
    },
    `A patch for the Deployment ${name}.`,
  )
  return { path: 'linkerd-patch.yaml', text, language: 'yaml' }
}

/** Only once a route of one's own is attached to the port: until then Linkerd lets the kubelet's probes through. */
function probeRoute(profile: ServiceProfile): GeneratedFile {
  const { name, liveness, readiness, startup } = profile
  const paths = [...new Set([startup.path, liveness.path, readiness.path])]
  const route = {
    apiVersion: 'policy.linkerd.io/v1beta3',
    kind: 'HTTPRoute',
    metadata: { name: `${name}-probes` },
    spec: {
      parentRefs: because(
        [{ name, kind: 'Server', group: 'policy.linkerd.io' }],
        'Put the name of your Server here.',
      ),
      rules: [{ matches: paths.map((value) => ({ path: { type: 'Exact', value }, method: 'GET' })) }],
    },
  }
  const authorization = {
    apiVersion: 'policy.linkerd.io/v1alpha1',
    kind: 'AuthorizationPolicy',
    metadata: { name: `${name}-probes` },
    spec: {
      targetRef: { group: 'policy.linkerd.io', kind: 'HTTPRoute', name: `${name}-probes` },
      requiredAuthenticationRefs: [
        { group: 'policy.linkerd.io', kind: 'NetworkAuthentication', name: `${name}-probes` },
      ],
    },
  }
  const network = {
    apiVersion: 'policy.linkerd.io/v1alpha1',
    kind: 'NetworkAuthentication',
    metadata: { name: `${name}-probes` },
    spec: {
      networks: because(
        [{ cidr: '0.0.0.0/0' }, { cidr: '::/0' }],
        'Anybody may ask these paths, which say nothing private. Narrow it to the addresses of your nodes, from which the kubelet asks.',
      ),
    },
  }
  const head =
    'Only where routes of your own are attached to the Server of this port. Until then Linkerd lets probes through by itself; from then on it refuses what no route allows, and this one alone would refuse all else.'
  const text = [toYaml(route, head), ...[authorization, network].map((it) => toYaml(it))].join('---\n')
  return { path: 'linkerd-probe-route.yaml', text, language: 'yaml' }
}
