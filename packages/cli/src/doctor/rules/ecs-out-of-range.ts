import type { Finding, Rule } from '../finding.ts'

/** In seconds, but `retries`. */
const RANGES = [
  ['interval', 5, 300],
  ['timeout', 2, 60],
  ['retries', 1, 10],
  ['startPeriod', 0, 300],
] as const

export const ecsOutOfRange: Rule = {
  id: 'ecs-out-of-range',
  severity: 'error',
  title: 'A figure that ECS refuses',
  why: 'ECS registers no task definition whose health check is out of its ranges: the deployment fails, and the old revision goes on running.',
  examine(document): readonly Finding[] {
    if (document.kind !== 'ecs') return []
    return document.healthChecks.flatMap(({ container, node, named }) =>
      RANGES.flatMap(([name, least, most]) => {
        const stated = node.get(named(name))
        if (stated?.number === undefined || (stated.number >= least && stated.number <= most)) return []
        const nearest = Math.min(most, Math.max(least, stated.number))
        return [
          {
            place: stated.place,
            what: `healthCheck of container ${container} has ${name} ${stated.number}, outside ${least} to ${most}`,
            evidence: [`${name} is ${stated.number}`],
            fix: `${name} ${nearest}`,
            edits: stated.replace(String(nearest)),
          },
        ]
      }),
    )
  },
}
