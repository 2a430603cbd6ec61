import { healthDashboard } from '../dashboard/health-dashboard.ts'
import type { Target } from '../target.ts'
import { because, plain } from '../text/reasoned.ts'
import { toYaml } from '../text/yaml.ts'

/** Where the packages of Grafana look for dashboards that a provider names. */
const FOLDER = '/var/lib/grafana/dashboards'

/** A dashboard, and what has Grafana load it at its start. */
export const grafana: Target = {
  name: 'grafana',
  summary: 'Grafana: a dashboard of readiness, checks and their durations, and its provisioning',
  kind: 'monitoring',
  asksOnSameMachine: true,
  files(profile) {
    const { name } = profile
    const provider = {
      apiVersion: 1,
      providers: [
        {
          name: `hale-${name}`,
          type: 'file',
          allowUiUpdates: because(false, 'What is generated anew would undo what was changed by hand.'),
          options: { path: FOLDER },
        },
      ],
    }
    const head = `Has Grafana show the health of ${name}. For /etc/grafana/provisioning/dashboards; the dashboard goes to ${FOLDER}.`
    return [
      {
        path: `grafana/dashboards/${name}-health.json`,
        text: `${JSON.stringify(plain(healthDashboard(profile)), undefined, 2)}\n`,
        language: 'json',
      },
      { path: `grafana/provisioning/dashboards/${name}.yml`, text: toYaml(provider, head), language: 'yaml' },
    ]
  },
}
