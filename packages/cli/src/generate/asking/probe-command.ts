import { PROBE_PROGRAM } from '../../profile/probe-program.ts'
import type { ServiceProfile } from '../../profile/service-profile.ts'
import type { ProbeName } from '../target.ts'

/** What a container runs to ask itself: exit 0 or 1, and nothing on stderr when it is well. */
export function probeCommand(
  profile: ServiceProfile,
  probe: ProbeName,
  timeoutSeconds: number,
): readonly string[] {
  const { tls, port } = profile
  // An address, since `localhost` may be looked up, and be ::1 where nothing listens.
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}${profile[probe].path}`
  // Its certificate is for the name by which others reach it.
  const insecure = tls ? ['--insecure'] : []
  // By itself it ends in time to say why; killed from outside it says nothing.
  return ['node', PROBE_PROGRAM, url, '--timeout', `${timeoutSeconds}s`, ...insecure]
}

/** Why this program, and where it has no place: in the image of an application that has nothing of hale in it. */
export function probeCommandReason({ drainsItself, port, servicePort = port }: ServiceProfile): string {
  const reason =
    'hale-probe comes with the library: no curl or shell is needed in the image, and a hanging answer ends it by itself.'
  if (drainsItself || port === servicePort) return reason
  return `${reason} Where hale serve answers at ${port}, in a container of its own, this belongs there: hale probe URL.`
}
