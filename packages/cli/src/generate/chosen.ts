import { UsageError } from '../command/usage-error.ts'
import type { Asking, ProbeName, Target, TargetOptions } from './target.ts'
import { isImage } from './writable.ts'

/** What the command line says of the text, unread. */
export interface ChoiceFlags {
  readonly form?: string
  readonly ask?: string
  readonly probe?: string
  readonly instance?: readonly string[]
  readonly trustedCa?: string
  /** True without an image. */
  readonly sidecar?: string | boolean
}

const PROBES: readonly ProbeName[] = ['liveness', 'readiness', 'startup']

/**
 * The choices that a target has.
 *
 * @throws UsageError with every one that it has not: what is silently ignored is believed to be there.
 */
export function chosen(
  target: Target,
  { form, ask, probe, instance, trustedCa, sidecar }: ChoiceFlags,
): TargetOptions {
  const problems: string[] = []
  const { name, forms = [], asks = [], choosesProbe, takesInstances, takesCaFile, takesSidecar } = target
  among(`--form`, form, forms, name, problems)
  among(`--ask`, ask, asks, name, problems)
  among(`--probe`, probe, choosesProbe ? PROBES : [], name, problems)
  if (instance !== undefined && takesInstances !== true)
    problems.push(`--instance: ${name} finds the instances by itself`)
  if (trustedCa !== undefined && takesCaFile !== true)
    problems.push(`--trusted-ca: ${name} verifies no certificate of the service`)
  // What no configuration would have to quote.
  if (trustedCa !== undefined && !/^\/[\w./@+-]+$/.test(trustedCa))
    problems.push(
      `--trusted-ca must be an absolute path of letters, digits, /, ., -, _, @ and +, not ${JSON.stringify(trustedCa)}`,
    )
  if (sidecar !== undefined && takesSidecar !== true)
    problems.push(`--sidecar: ${name} has no containers beside each other`)
  if (typeof sidecar === 'string' && !isImage(sidecar))
    problems.push(`--sidecar: ${JSON.stringify(sidecar)} is no name of an image`)
  if (problems.length > 0) throw new UsageError(problems)
  return {
    ...(form !== undefined && { form }),
    ...(ask !== undefined && { ask: ask as Asking }),
    ...(probe !== undefined && { probe: probe as ProbeName }),
    ...(instance !== undefined && { instances: instance }),
    ...(trustedCa !== undefined && { caFile: trustedCa }),
    ...(sidecar !== undefined && { sidecar: typeof sidecar === 'string' ? { image: sidecar } : {} }),
  }
}

function among(
  flag: string,
  value: string | undefined,
  known: readonly string[],
  target: string,
  problems: string[],
) {
  if (value === undefined || known.includes(value)) return
  if (known.length === 0) problems.push(`${flag}: ${target} leaves no choice there`)
  else problems.push(`${flag} must be ${known.join(' or ')} for ${target}, not "${value}"`)
}
