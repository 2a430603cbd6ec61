import { UsageError } from '../command/usage-error.ts'
import { isLoopback } from '../profile/loopback.ts'
import type { LocalOnly, ServiceProfile } from '../profile/service-profile.ts'
import { instancesOf } from './balancing/instances.ts'
import type { Target, TargetOptions } from './target.ts'

/**
 * A service that listens on its own machine alone is not there for whoever asks from another one: a kubelet asks the
 * pod's address, and such a pod would never start.
 *
 * @throws UsageError with what mends it
 */
export function refuseUnreachable(target: Target, profile: ServiceProfile, options: TargetOptions): void {
  const { localOnly } = profile
  if (localOnly === undefined || target.asksOnSameMachine === true) return
  const settings = meansOf(target, profile, options).flatMap((means) => localOnly[means] ?? [])
  if (settings.length === 0 || onSameMachine(profile, options)) return
  const { name, asks = [], takesInstances } = target
  const others = [
    ...(asks.includes('exec') && options.sidecar === undefined ? [', or give --ask exec'] : []),
    ...(takesInstances === true ? [', or name instances on the same machine: --instance 127.0.0.1'] : []),
  ]
  throw new UsageError(
    settings.map(
      (setting) =>
        `${setting}: ${name} asks from outside, where nothing listens then; leave it out of hale.yaml, which means every address${others.join('')}`,
    ),
  )
}

function meansOf(
  { asks = [] }: Target,
  { agentPort }: ServiceProfile,
  { ask }: TargetOptions,
): readonly (keyof LocalOnly)[] {
  const by = ask ?? (asks.includes('agent') && agentPort !== undefined ? 'agent' : (asks[0] ?? 'http'))
  // The agent tells of readiness; that it is alive is asked by HTTP.
  if (by === 'agent') return ['http', 'agent']
  return by === 'exec' ? [] : [by]
}

function onSameMachine(profile: ServiceProfile, options: TargetOptions): boolean {
  return (
    options.instances !== undefined && instancesOf(profile, options).all.every(({ host }) => isLoopback(host))
  )
}
