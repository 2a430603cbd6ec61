import { UsageError } from '../../command/usage-error.ts'
import type { ServiceProfile } from '../../profile/service-profile.ts'
import type { Asking, Sidecar } from '../target.ts'
import { because, type Tree } from '../text/reasoned.ts'

/** What both Kubernetes and ECS run beside an application that has no endpoint of its own. */
export const SIDECAR_COMMAND = ['hale', 'serve', '/etc/hale/hale.yaml']

/** Where the file is expected; the folder of {@link SIDECAR_COMMAND}'s. */
export const SIDECAR_FOLDER = '/etc/hale'

/** Said of the port of probes where nobody said who answers there: an application that drains itself has hale in it. */
export function answeredBy({ drainsItself }: ServiceProfile, port: Tree): Tree {
  if (drainsItself) return port
  return because(
    port,
    'Of the application itself. Where hale serve answers beside it, --sidecar writes its container too.',
  )
}

/** Beside an application that is itself called so, another one. */
export function sidecarName({ name }: ServiceProfile): string {
  return name === 'hale' ? 'hale-serve' : 'hale'
}

export function sidecarImage({ image }: Sidecar, file: 'in the image' | 'mounted'): Tree {
  const drivers =
    'Made from node:22-alpine with npm install --global @hale/cli, and the drivers of the checks installed likewise'
  const made = file === 'mounted' ? `${drivers}.` : `${drivers}; and COPY hale.yaml ${SIDECAR_FOLDER}/.`
  return image === undefined
    ? because('hale:0.0.0', `Not known: put your image here, or give it to --sidecar. ${made}`)
    : because(image, made)
}

/**
 * The service as it is for whoever writes its containers: it answers no probe and does not drain, since nothing of
 * hale is in it.
 *
 * @throws UsageError where the two have one port, or would be asked from within
 */
export function besideSidecar(profile: ServiceProfile, ask: Asking = 'http'): ServiceProfile {
  const { port, servicePort } = profile
  const problems = [
    ...(servicePort === undefined || servicePort === port
      ? [
          '--sidecar needs --service-port, where the application answers, beside --port, where hale serve does (deploy.servicePort in hale.yaml)',
        ]
      : []),
    ...(ask === 'exec' ? ['--sidecar: hale serve is asked by http or grpc; leave --ask exec out'] : []),
  ]
  if (problems.length > 0) throw new UsageError(problems)
  return { ...profile, drainsItself: false }
}
