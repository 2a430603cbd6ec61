import { isProbe, type ProbeName } from '../../core/check.ts'

const ofProbes: Readonly<Record<ProbeName, string>> = {
  liveness: 'Is the process well, or should it be restarted?',
  readiness: 'Should requests be sent to this instance?',
  startup: 'Has the service begun?',
}

/** What the path of a probe or group is for, in one line. */
export function summaryOf(name: string): string {
  return isProbe(name) ? ofProbes[name] : `The group ${name}`
}
