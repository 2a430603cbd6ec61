import { createHash } from 'node:crypto'
import type { ServiceProfile } from '../../profile/service-profile.ts'
import type { Tree } from '../text/reasoned.ts'
import { datasource, laidOut, type Meaning, type Panel } from './panel.ts'

/** Of the dashboard's JSON model: what Grafana 9 and newer read, and migrate by themselves. */
const SCHEMA_VERSION = 37
/** Grafana takes 8 to 40 characters. */
const LONGEST_UID = 40

const ofJob = 'job="$job"'
const ofInstance = `${ofJob},instance=~"$instance"`

/** Nought of a service that has no checks; but of one that does not answer nothing is known. */
const noneOfThose = `0 * max(up{${ofInstance}} == 1)`

const statuses: readonly Meaning[] = [
  { value: 0, text: 'UP', color: 'green' },
  { value: 1, text: 'DEGRADED', color: 'yellow' },
  { value: 2, text: 'UNKNOWN', color: 'purple' },
  { value: 3, text: 'OUT_OF_SERVICE', color: 'blue' },
  { value: 4, text: 'DOWN', color: 'red' },
]

const states: readonly Meaning[] = [
  { value: 0, text: 'running', color: 'green' },
  { value: 1, text: 'starting', color: 'blue' },
  { value: 2, text: 'draining', color: 'orange' },
  { value: 3, text: 'maintenance', color: 'purple' },
  { value: 4, text: 'stopped', color: 'yellow' },
  { value: 5, text: 'failed', color: 'red' },
]

const ready: readonly Meaning[] = [
  { value: 0, text: 'out', color: 'red' },
  { value: 1, text: 'in service', color: 'green' },
]

/** One figure of a stateset: the number of the state that is 1. */
function numbered(metric: string, label: string, meanings: readonly Meaning[], by: string): string {
  const terms = meanings
    .filter(({ value }) => value > 0)
    .map(({ value, text }) => `sum by (${by}) (${metric}{${ofInstance},${label}="${text}"}) * ${value}`)
  return terms.join(' + ')
}

const panels: readonly Panel[] = [
  {
    type: 'stat',
    title: 'Ready instances',
    description:
      'Those that balancers send requests to. Red: none. No data: nobody asks for readiness, or none is left.',
    width: 6,
    height: 5,
    atLeast: 1,
    queries: [{ expr: `sum(hale_probe_up{${ofJob},probe="readiness"})`, legend: 'ready', instant: true }],
  },
  {
    type: 'stat',
    title: 'Availability over the range',
    description:
      'The share of time in which at least one instance was ready. None answering counts as none ready; a time in which nobody asked does not count.',
    width: 6,
    height: 5,
    unit: 'percentunit',
    atLeast: 0.999,
    queries: [
      {
        expr: `avg_over_time((max(hale_probe_up{${ofJob},probe="readiness"}) or max(up{${ofJob}}) == 0)[$__range:])`,
        legend: 'available',
        instant: true,
      },
    ],
  },
  {
    type: 'stat',
    title: 'Checks that are DEGRADED',
    description:
      'In service but not well: the time to act is before they are DOWN. No data: no instance answers.',
    width: 6,
    height: 5,
    none: 'yellow',
    queries: [
      {
        expr: `sum(hale_check_status{${ofInstance},status="DEGRADED"}) or ${noneOfThose}`,
        legend: 'degraded',
        instant: true,
      },
    ],
  },
  {
    type: 'stat',
    title: 'Checks that are DOWN',
    description:
      'Those that are not critical too, without which the service goes on. No data: no instance answers.',
    width: 6,
    height: 5,
    none: 'red',
    queries: [
      {
        expr: `sum(hale_check_status{${ofInstance},status="DOWN"}) or ${noneOfThose}`,
        legend: 'down',
        instant: true,
      },
    ],
  },
  {
    type: 'state-timeline',
    title: 'Readiness',
    description: 'Whether each instance was in rotation.',
    width: 12,
    height: 7,
    meanings: ready,
    queries: [{ expr: `hale_probe_up{${ofInstance},probe="readiness"}`, legend: '{{instance}}' }],
  },
  {
    type: 'state-timeline',
    title: 'Course of the instances',
    description: 'Starting, running, draining: what is out for a reason.',
    width: 12,
    height: 7,
    meanings: states,
    queries: [
      { expr: numbered('hale_lifecycle_state', 'state', states, 'instance'), legend: '{{instance}}' },
    ],
  },
  {
    type: 'state-timeline',
    title: 'Checks',
    description:
      'The status of every check as each instance sees it. A scrape runs no check: what nobody asks for stays.',
    width: 24,
    height: 10,
    meanings: statuses,
    queries: [
      {
        expr: numbered('hale_check_status', 'status', statuses, 'instance, check'),
        legend: '{{check}} · {{instance}}',
      },
    ],
  },
  {
    type: 'timeseries',
    title: 'How long checks take',
    description: 'Their last run. What comes near its timeout will be DOWN.',
    width: 12,
    height: 9,
    unit: 's',
    queries: [
      {
        expr: `max by (check) (hale_check_last_duration_seconds{${ofInstance}})`,
        legend: '{{check}}',
      },
    ],
  },
  {
    type: 'timeseries',
    title: 'Changes of readiness an hour',
    description: 'Each moves an instance’s load to the others: more than a few is flapping.',
    width: 12,
    height: 9,
    queries: [
      { expr: `changes(hale_probe_up{${ofInstance},probe="readiness"}[1h])`, legend: '{{instance}}' },
    ],
  },
]

/** The dashboard as Grafana's JSON model. */
export function healthDashboard({ name }: ServiceProfile): Tree {
  return {
    id: null,
    uid: uidOf(name),
    title: `Health of ${name}`,
    tags: ['hale', 'health'],
    schemaVersion: SCHEMA_VERSION,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: '',
    annotations: { list: [] },
    templating: { list: variables(name) },
    panels: laidOut(panels),
  }
}

function variables(name: string): readonly Tree[] {
  const query = (variable: string, asked: string, more: { readonly [key: string]: Tree }): Tree => ({
    name: variable,
    label: variable,
    type: 'query',
    datasource,
    query: { query: asked, refId: variable },
    definition: asked,
    refresh: 2,
    ...more,
  })
  return [
    { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', current: {} },
    query('job', 'label_values(hale_probe_up, job)', { current: { text: name, value: name } }),
    query('instance', 'label_values(hale_probe_up{job="$job"}, instance)', {
      includeAll: true,
      multi: true,
      current: { text: ['All'], value: ['$__all'] },
    }),
  ]
}

/** The same for the same name, so that a second import replaces the first. */
function uidOf(name: string): string {
  const uid = `hale-health-${name}`
  if (uid.length <= LONGEST_UID) return uid
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${uid.slice(0, LONGEST_UID - 9)}-${hash}`
}
