import type { ServiceProfile } from '../../profile/service-profile.ts'
import { timeoutSecondsOf } from '../../profile/timings.ts'
import { ANSWERS, secondsText } from '../balancing/check-timing.ts'
import { type Instance, instancesOf } from '../balancing/instances.ts'
import { plainPath } from '../balancing/plain-path.ts'
import type { Target } from '../target.ts'
import { directives } from '../text/directives.ts'

/** Commands of `check_http`, and services that use them; Icinga 1 and Naemon read the same. */
export const nagios: Target = {
  name: 'nagios',
  summary: 'Nagios: check_http commands and services (Icinga 1 and Naemon too)',
  kind: 'monitoring',
  takesInstances: true,
  files(profile, options) {
    const { name, port } = profile
    const { all, healthPort, placeholders } = instancesOf(profile, options)
    const asked = all.map((instance) => (healthPort === undefined ? instance : { ...instance, port }))
    const head = directives([
      [
        '',
        `How Nagios asks ${name}. "hale probe --nagios" says more: it tells UP from DEGRADED by itself, with figures of each check.`,
      ],
      placeholders === undefined ? undefined : ['', placeholders],
    ])
    const text = [
      head,
      ...commands(profile),
      ...asked.flatMap((instance) => [host(instance), ...services(profile, instance)]),
    ]
    return [{ path: `nagios/${name}.cfg`, text: text.join('\n'), language: 'conf' }]
  },
}

/** The command lines without what Nagios puts in for its macros; what is in quotes is so for its shell. */
export function checkCommands(profile: ServiceProfile): {
  readonly ready: string
  readonly degraded: string
} {
  const { name, readiness, tls } = profile
  const timeout = timeoutSecondsOf(readiness)
  const asks = `$USER1$/check_http -I $HOSTADDRESS$ -p $ARG1$ -H ${name}${tls ? ' -S --sni' : ''} -u ${quoted(plainPath(readiness.path))} -t ${timeout + 1}`
  const passes = `-e 'HTTP/1.1 200'`
  return {
    ready: `${asks} ${passes} -w ${secondsText(readiness.budgetMs).slice(0, -1)} -c ${timeout}`,
    degraded: `$USER1$/negate -s -c WARNING ${asks} ${passes} -r '"status":"DEGRADED"' --invert-regex`,
  }
}

/** For the shell, and with the sign of Nagios' macros doubled. */
function quoted(path: string): string {
  return `'${path.replace(/\$/g, '$$$$')}'`
}

function commands(profile: ServiceProfile): readonly string[] {
  const { name, readiness } = profile
  const { ready, degraded } = checkCommands(profile)
  const budget = secondsText(readiness.budgetMs)
  return [
    directives([
      [
        '',
        `${ANSWERS} With -e anything but 200 is CRITICAL: unsaid, 404 is only a WARNING and a redirect is OK. A WARNING is an answer above the budget of ${budget}, which should not be.`,
      ],
    ]) + object('command', [`command_name ${name}_ready`, `command_line ${ready}`]),
    directives([
      [
        '',
        'WARNING while DEGRADED. check_http knows only CRITICAL for a text that it finds: negate makes a WARNING of it, and of DOWN too, for which the other command wakes somebody.',
      ],
    ]) + object('command', [`command_name ${name}_degraded`, `command_line ${degraded}`]),
  ]
}

function host({ name, host: address }: Instance): string {
  return object('host', ['use generic-host', `host_name ${name}`, `address ${address}`])
}

function services({ name }: ServiceProfile, { name: hostName, port }: Instance): readonly string[] {
  return ['ready', 'degraded'].map((which) => {
    const attempts = which === 'ready' ? 3 : 10
    return object('service', [
      'use generic-service',
      `host_name ${hostName}`,
      `service_description ${name} ${which}`,
      `check_command ${name}_${which}!${port}`,
      'check_interval 1',
      'retry_interval 1',
      `max_check_attempts ${attempts}`,
    ])
  })
}

function object(type: string, lines: readonly string[]): string {
  const width = Math.max(...lines.map((line) => line.indexOf(' ')))
  const aligned = lines.map((line) => {
    const at = line.indexOf(' ')
    return `${line.slice(0, at).padEnd(width)}  ${line.slice(at + 1)}`
  })
  return `define ${type} {\n${directives(aligned, { indent: 2 })}}\n`
}
