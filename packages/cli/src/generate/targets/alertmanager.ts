import type { ServiceProfile } from '../../profile/service-profile.ts'
import type { Target } from '../target.ts'
import { because, type Tree } from '../text/reasoned.ts'
import { toYaml } from '../text/yaml.ts'

/** Who is told of which alert, and which of them only repeat what another one says. */
export const alertmanager: Target = {
  name: 'alertmanager',
  summary: 'Alertmanager: a route by severity, and which alerts silence others',
  kind: 'monitoring',
  asksOnSameMachine: true,
  files(profile) {
    const { name } = profile
    const head = `Where the alerts of ${name} go. Merge the route into your own and give the two receivers an address. Check: amtool check-config alertmanager.yml`
    return [
      { path: 'alertmanager/alertmanager.yml', text: toYaml(configuration(profile), head), language: 'yaml' },
    ]
  },
}

function configuration({ name }: ServiceProfile): Tree {
  const page = `${name}-page`
  const chat = `${name}-chat`
  const jobs = `job =~ "${name}|${name}-ready"`
  return {
    route: {
      receiver: chat,
      routes: [
        {
          matchers: [jobs],
          receiver: chat,
          group_by: because(['job', 'alertname'], 'One message a fault, not one an instance.'),
          group_wait: because('30s', 'What fails together is told together.'),
          group_interval: '5m',
          repeat_interval: '12h',
          routes: [
            {
              matchers: ['severity = critical'],
              receiver: page,
              group_wait: because(
                '10s',
                'Nobody is served: the first message matters more than a whole one.',
              ),
              repeat_interval: '1h',
            },
          ],
        },
      ],
    },
    inhibit_rules: [
      inhibition(
        'HaleNobodyReady',
        'HaleNotReady|HaleInstanceGone|HaleFlaps|HaleCheckSlow|HaleCheckDegraded',
        ['job'],
        'When all are out, each of them being out is no news. HaleCheckDown is: it is the cause.',
      ),
      inhibition('HaleNothingScraped', 'HaleInstanceGone', ['job'], 'The same for all that are gone.'),
      inhibition('HaleNotLive', 'HaleNotReady', ['job', 'instance'], 'What is not alive is not ready.'),
      inhibition('HaleProbeFailsEverywhere', 'HaleProbeFails', ['job'], 'As above, seen from outside.'),
    ],
    receivers: [{ name: page }, { name: chat }],
  }
}

function inhibition(source: string, targets: string, equal: readonly string[], reason: string): Tree {
  return because(
    {
      source_matchers: [`alertname = ${source}`],
      target_matchers: [`alertname =~ "${targets}"`],
      equal,
    },
    reason,
  )
}
