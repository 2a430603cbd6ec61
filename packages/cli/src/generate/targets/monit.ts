import type { ServiceProfile } from '../../profile/service-profile.ts'
import { timeoutSecondsOf } from '../../profile/timings.ts'
import { ANSWERS, timeoutReason } from '../balancing/check-timing.ts'
import { addressOf, instancesOf } from '../balancing/instances.ts'
import { plainPath } from '../balancing/plain-path.ts'
import type { Target } from '../target.ts'
import { directives } from '../text/directives.ts'

/** Failures in a row before somebody is told. */
const FALL = 3

/** Telling on readiness, restarting on liveness. */
export const monit: Target = {
  name: 'monit',
  summary: 'monit: alerts on readiness, restarts on liveness where it runs beside the service',
  kind: 'monitoring',
  takesInstances: true,
  files(profile, options) {
    const { name, port } = profile
    const { all, healthPort, placeholders } = instancesOf(profile, options)
    const head = directives([
      [
        '',
        `How monit asks ${name}. For the folder that monitrc includes. It asks once a cycle ("set daemon 30" is 30 s), so ${FALL} cycles are its time to notice; no balancer waits for it.`,
      ],
      placeholders === undefined ? undefined : ['', placeholders],
    ])
    const asked = all.map((instance) => (healthPort === undefined ? instance : { ...instance, port }))
    const hosts = asked.map((instance) => {
      const test = directives(
        [
          [
            '',
            `${ANSWERS} Only told, never restarted on: a dependency that is down is not mended by restarts.`,
          ],
          ['', timeoutReason(profile)],
          `if failed port ${instance.port} ${question(profile, 'readiness')}`,
          `  for ${FALL} cycles then alert else if succeeded for 2 cycles then alert`,
        ],
        { indent: 2 },
      )
      return `# ${addressOf(instance)}\ncheck host ${instance.name} with address "${instance.host}"\n${test}`
    })
    return [
      { path: `monit/${name}`, text: [head, ...hosts, restarting(profile)].join('\n'), language: 'conf' },
    ]
  },
}

function question(profile: ServiceProfile, probe: 'readiness' | 'liveness'): string {
  const path = plainPath(profile[probe].path)
  const protocol = profile.tls ? 'https' : 'http'
  return `protocol ${protocol} request "${path}" status = 200 with timeout ${timeoutSecondsOf(profile[probe])} seconds`
}

function restarting(profile: ServiceProfile): string {
  const { name, port } = profile
  return directives([
    [
      '',
      `On the machine of the service itself, restart it when it is not ALIVE (never when it is not ready), and only if systemd does not do it:\ncheck process ${name} matching "${name}"\n  start program = "/bin/systemctl start ${name}"\n  stop program = "/bin/systemctl stop ${name}"\n  if failed host 127.0.0.1 port ${port} ${question(profile, 'liveness')}\n    for ${FALL} cycles then restart\n  if 5 restarts within 20 cycles then unmonitor`,
    ],
  ])
}
