import type { ServiceProfile } from '../../profile/service-profile.ts'
import { timingsOf } from '../../profile/timings.ts'
import { probeCommand } from '../asking/probe-command.ts'
import { graceReason, LIVENESS_REASON } from '../asking/reasons.ts'
import type { GeneratedFile, ProbeName, Target } from '../target.ts'
import { type UnitSection, unit } from '../text/unit.ts'

/** Between two asks of liveness. */
const WATCH_SECONDS = 30
const ATTEMPTS = 3
/** Three pauses of the event loop in a row that nobody would call a pause any more. */
const WATCHDOG_SECONDS = 30

export const systemd: Target = {
  name: 'systemd',
  summary: 'a unit that counts as started once ready, and is restarted when liveness fails',
  kind: 'platform',
  forms: ['exec', 'notify'],
  asks: ['exec'],
  files(profile, { form = 'exec' }) {
    return form === 'notify'
      ? [notifyUnit(profile)]
      : [execUnit(profile), watchUnit(profile), restartUnit(profile), watchTimer(profile)]
  },
}

function execUnit(profile: ServiceProfile): GeneratedFile {
  return service(profile, [
    ['Type', 'exec'],
    [
      'ExecStartPost',
      commandLine(profile, 'readiness', ['--wait', `${startSeconds(profile)}s`]),
      'The start is over once readiness passes: what is ordered After= this unit begins then, and a start that never becomes ready fails.',
    ],
  ])
}

function notifyUnit(profile: ServiceProfile): GeneratedFile {
  return service(profile, [
    [
      'Type',
      'notify',
      'The service itself says READY=1, once health.started() has resolved, and STOPPING=1 when it drains: by the npm package sd-notify, since Node.js has no datagrams on unix sockets, or by running systemd-notify.',
    ],
    ['NotifyAccess', 'all', 'systemd-notify is a process of its own; with sd-notify, main will do.'],
    [
      'WatchdogSec',
      String(WATCHDOG_SECONDS),
      `The service says WATCHDOG=1 every ${WATCHDOG_SECONDS / 2} s, half of this, while health.liveness() is UP, from its event loop: blocked, it is silent, and is restarted. No port, no process, no answer that could be late.`,
    ],
  ])
}

function service(profile: ServiceProfile, start: UnitSection['lines']): GeneratedFile {
  const { name } = profile
  const timings = timingsOf(profile)
  const text = unit([
    {
      name: 'Unit',
      lines: [
        ['Description', name],
        ['Wants', 'network-online.target'],
        ['After', 'network-online.target'],
      ],
    },
    {
      name: 'Service',
      lines: [
        ['WorkingDirectory', `/opt/${name}`, 'Where the service and its node_modules are.'],
        [
          'ExecStart',
          `/usr/bin/node /opt/${name}/main.js`,
          'Node itself, not a shell or npm: the signal to end goes to this process.',
        ],
        ...start,
        [
          'TimeoutStartSec',
          String(startSeconds(profile) + 10),
          `Starting may take ${profile.startupMs / 1000} s.`,
        ],
        [
          'TimeoutStopSec',
          String(timings.graceSeconds),
          // Nothing of systemd's tells a balancer that the unit is about to end, so nothing is held back.
          graceReason(profile, { ...timings, preStopSeconds: 0 }),
        ],
        [
          'KillMode',
          'mixed',
          'The signal goes to the main process only, which ends its own workers in good order.',
        ],
        [
          'Restart',
          'on-failure',
          'A watchdog that has run out counts as a failure, an exit code of 0 does not.',
        ],
        [
          'RestartSec',
          '1',
          'Unsaid it is 100 ms, which uses up the five starts that are allowed within 10 s at once.',
        ],
      ],
    },
    { name: 'Install', lines: [['WantedBy', 'multi-user.target']] },
  ])
  return { path: `${name}.service`, text, language: 'ini' }
}

/** systemd has no health check of its own: without notifications a timer asks, and restarts. */
function watchUnit(profile: ServiceProfile): GeneratedFile {
  const { name } = profile
  const text = unit([
    {
      name: 'Unit',
      lines: [
        ['Description', `Liveness of ${name}`],
        ['Requisite', `${name}.service`, 'Never starts what somebody has stopped.'],
        ['After', `${name}.service`],
        ['OnFailure', `${name}-restart.service`],
      ],
    },
    {
      name: 'Service',
      lines: [
        ['Type', 'oneshot'],
        ['WorkingDirectory', `/opt/${name}`],
        [
          'ExecStart',
          commandLine(profile, 'liveness', ['--retries', String(ATTEMPTS - 1), '--delay', '10s']),
          `${LIVENESS_REASON} ${ATTEMPTS} failures in a row, 10 s apart.`,
        ],
      ],
    },
  ])
  return { path: `${name}-liveness.service`, text, language: 'ini' }
}

function restartUnit({ name }: ServiceProfile): GeneratedFile {
  const text = unit([
    { name: 'Unit', lines: [['Description', `Restarts ${name}, which is not alive`]] },
    {
      name: 'Service',
      lines: [
        ['Type', 'oneshot'],
        ['ExecStart', `/usr/bin/systemctl try-restart ${name}.service`, 'Only when it runs.'],
      ],
    },
  ])
  return { path: `${name}-restart.service`, text, language: 'ini' }
}

function watchTimer({ name, startupMs }: ServiceProfile): GeneratedFile {
  const text = unit([
    {
      name: 'Unit',
      lines: [
        ['Description', `Asks ${name} whether it is alive`],
        ['PartOf', `${name}.service`, 'Ends with it, and begins anew with it.'],
      ],
    },
    {
      name: 'Timer',
      lines: [
        ['OnActiveSec', String(Math.ceil(startupMs / 1000)), 'Not before it may have started.'],
        [
          'OnUnitInactiveSec',
          String(WATCH_SECONDS),
          'After the last one has ended, so that two never overlap.',
        ],
        ['AccuracySec', '1'],
      ],
    },
    { name: 'Install', lines: [['WantedBy', `${name}.service`, 'Runs while the service does.']] },
  ])
  return { path: `${name}-liveness.timer`, text, language: 'ini' }
}

function startSeconds({ startupMs }: ServiceProfile): number {
  return Math.max(1, Math.ceil(startupMs / 1000))
}

function commandLine(profile: ServiceProfile, probe: ProbeName, more: readonly string[]): string {
  const { timeoutSeconds } = timingsOf(profile)[probe]
  const [, ...rest] = probeCommand(profile, probe, timeoutSeconds)
  return ['/usr/bin/node', ...rest, ...more].map(unitWord).join(' ')
}

/** Percent signs begin systemd's specifiers, dollar signs its variables, and quotes its own quoting. */
function unitWord(word: string): string {
  const text = word.replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /['"\\\s;]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text
}
