import { UsageError } from '../../command/usage-error.ts'
import type { ServiceProfile } from '../../profile/service-profile.ts'
import type { TargetOptions } from '../target.ts'
import type { Instances } from './instances.ts'

/** Of Debian, Ubuntu and Alpine. */
const SYSTEM_CA = '/etc/ssl/certs/ca-certificates.crt'
const ELSEWHERE = "Red Hat's system has them in /etc/pki/tls/certs/ca-bundle.crt."

/** Whom a proxy believes about the certificates of instances. */
export interface Trust {
  readonly caFile: string
  /** For whom a certificate has to be: an address is none that it would be for. */
  readonly serverName: string
  readonly reason: string
}

/**
 * For a proxy that asks as it sends requests. Undefined where that is without TLS, though health has it on a port of
 * its own.
 *
 * @throws UsageError when an authority was named and nothing would be held against it
 */
export function trustOf(
  profile: ServiceProfile,
  { healthPort }: Instances,
  { caFile }: TargetOptions,
): Trust | undefined {
  if (profile.tls && healthPort === undefined)
    return {
      caFile: caFile ?? SYSTEM_CA,
      serverName: profile.name,
      reason:
        caFile === undefined ? `${trustReason(profile, caFile)} ${ELSEWHERE}` : trustReason(profile, caFile),
    }
  if (caFile !== undefined)
    throw new UsageError([
      '--trusted-ca: requests go to --service-port in plain HTTP, and this asks as it sends requests: leave it out',
    ])
  return undefined
}

/** What a certificate has to be, and who says so. */
export function trustReason({ name }: ServiceProfile, caFile: string | undefined): string {
  const authority =
    caFile === undefined
      ? "one of the system's authorities; for one of your own, --trusted-ca"
      : 'your authority'
  return `Each instance has to show a certificate for ${name}, from ${authority}.`
}
