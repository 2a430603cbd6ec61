import { UsageError } from '../../command/usage-error.ts'
import { timingsOf } from '../../profile/timings.ts'
import { EXEC_SECONDS } from '../asking/container-check.ts'
import { besideSidecar } from '../asking/sidecar.ts'
import type { Target } from '../target.ts'
import { kustomize } from './kubernetes/kustomize.ts'
import { manifest } from './kubernetes/manifest.ts'

export const kubernetes: Target = {
  name: 'kubernetes',
  summary: 'Deployment with its three probes, Service and PodDisruptionBudget, or a patch for a Deployment',
  kind: 'platform',
  forms: ['manifest', 'kustomize'],
  asks: ['http', 'grpc', 'exec'],
  takesSidecar: true,
  files(described, { form = 'manifest', ask = 'http', sidecar }) {
    const profile = sidecar === undefined ? described : besideSidecar(described, ask)
    if (ask === 'grpc' && profile.grpcPort === undefined)
      throw new UsageError(['--ask grpc needs --grpc-port: where grpc.health.v1.Health is answered'])
    const timings = timingsOf(profile, { timeoutSeconds: ask === 'exec' ? EXEC_SECONDS : 0 })
    return form === 'kustomize'
      ? kustomize(profile, timings, ask, sidecar)
      : manifest(profile, timings, ask, sidecar)
  },
}
