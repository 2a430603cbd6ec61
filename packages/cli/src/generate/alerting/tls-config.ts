import type { ServiceProfile } from '../../profile/service-profile.ts'
import { trustReason } from '../balancing/trust.ts'
import type { TargetOptions } from '../target.ts'
import { because, type Tree } from '../text/reasoned.ts'

/** Of Prometheus and its exporters: their targets are addresses mostly, for which no certificate is made. */
export function tlsConfig(profile: ServiceProfile, { caFile }: TargetOptions): Tree {
  return because(
    { server_name: profile.name, ...(caFile !== undefined && { ca_file: caFile }) },
    trustReason(profile, caFile),
  )
}
