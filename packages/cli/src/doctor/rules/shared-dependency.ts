import type { CheckProfile } from '../../profile/service-profile.ts'
import { OWN_CHECK_TYPES } from '../../profile/shared-fate.ts'
import type { Asking } from '../documents/asking.ts'
import { isOwnHost } from '../documents/command.ts'
import { isReadable, said } from '../documents/figure.ts'
import type { Finding, Rule, Severity } from '../finding.ts'
import { asksTheService, type KnownService, roleName, sourceOf } from '../known-service.ts'

export const sharedDependency: Rule = {
  id: 'shared-dependency',
  severity: 'error',
  title: 'One dependency fails all replicas at once',
  why: 'What all replicas ask, fails for all of them at the same moment: then all are restarted, or none is left to serve, although each of them is well. An outage of one thing becomes an outage of everything in front of it.',
  examine({ askings }, { service }): readonly Finding[] {
    return askings.flatMap((asking) => [...asksElsewhere(asking), ...asksForShared(asking, service)])
  },
}

function asksElsewhere(asking: Asking): readonly Finding[] {
  const { role, question, subject } = asking
  // Waiting for something before the first request is what a startup probe may do.
  if (role === 'startup' || role === 'balancer') return []
  const host = question.kind === 'http' ? question.host : undefined
  const target = question.kind === 'command' ? question.command.target?.host : host
  if (target === undefined || isOwnHost(target)) return []
  const place = question.kind === 'command' ? question.command.place : asking.place
  const severity: Severity = role === 'liveness' ? 'error' : 'warning'
  return [
    {
      place,
      severity,
      what: `${subject} asks ${target}, not its own container`,
      evidence: [`${roleName[role]} asks ${target}`],
      fix:
        role === 'liveness'
          ? 'ask the process alone; what it depends on belongs to its readiness'
          : 'ask the process, which knows what it can do without',
    },
  ]
}

function asksForShared(asking: Asking, service: KnownService): readonly Finding[] {
  const { role, failures, subject, place } = asking
  if ((role !== 'liveness' && role !== 'readiness') || !asksTheService(asking, service)) return []
  const shared = service.profile.checks.filter((check) => isShared(check, role))
  if (shared.length === 0) return []
  const names = shared.map(({ name }) => name).join(', ')
  const evidence = [`${names}: critical, asked for ${role} (${sourceOf(service)})`]
  if (role === 'liveness') {
    return [
      {
        place,
        what: `${subject} restarts every replica when ${names} is down`,
        evidence,
        fix: `take 'liveness' out of the probes of ${names}`,
      },
    ]
  }
  if (!isReadable(failures) || failures.value > 1 || service.profile.replicas < 2) return []
  return [
    {
      place: failures.place,
      severity: 'warning',
      what: `${subject} takes all replicas out after one failure of ${names}`,
      evidence: [...evidence, said(failures, 'times'), `${service.profile.replicas} replicas`],
      fix: 'a failureThreshold of 3, so that a short fault of what they share is not an outage',
      edits: failures.change?.(3),
    },
  ]
}

function isShared(check: CheckProfile, role: 'liveness' | 'readiness'): boolean {
  return check.critical && check.probes.includes(role) && !OWN_CHECK_TYPES.has(check.type ?? '')
}
