import { secondsText } from '../balancing/check-timing.ts'
import { because, type Tree } from '../text/reasoned.ts'
import { toYaml } from '../text/yaml.ts'
import type { AlertRule, Labels, Series } from './alert-rule.ts'

/** After its time: enough for what counts changes. */
const SETTLED_SCRAPES = 9

export interface RecordingRule {
  readonly record: string
  readonly expr: string
  readonly reason: string
}

/** What Prometheus reads as a rule file. */
export function rulesFile(
  name: string,
  { records, alerts }: { readonly records: readonly RecordingRule[]; readonly alerts: readonly AlertRule[] },
  head: string,
): string {
  const groups: Tree[] = [
    ...(records.length === 0
      ? []
      : [
          {
            name: `${name}-records`,
            rules: records.map(({ record, expr, reason }) => because({ record, expr }, reason)),
          },
        ]),
    { name: `${name}-alerts`, rules: alerts.map(alertTree) },
  ]
  return toYaml({ groups }, head)
}

function alertTree({ name, expr, forMs, severity, summary, description, reason }: AlertRule): Tree {
  return because(
    {
      alert: name,
      expr,
      ...(forMs > 0 && { for: durationOf(forMs) }),
      labels: { severity },
      annotations: { summary, description },
    },
    reason,
  )
}

/** What `promtool test rules` runs: each alert fires when it should, not before, and not on what only looks like it. */
export function rulesTestFile(rulesPath: string, alerts: readonly AlertRule[], scrapeMs: number): string {
  return toYaml(
    {
      rule_files: [rulesPath],
      evaluation_interval: durationOf(scrapeMs),
      tests: alerts.flatMap((alert) => [firingTest(alert, scrapeMs), ...silentTest(alert, scrapeMs)]),
    },
    `That the alerts do what they say: promtool test rules ${rulesPath.replace(/\.yml$/, '.test.yml')}`,
  )
}

function firingTest(alert: AlertRule, scrapeMs: number): Tree {
  const { name, forMs, severity, summary, description, fires } = alert
  const shown = (text: string): string => rendered(text, fires.with)
  const firing = {
    eval_time: durationOf(forMs + SETTLED_SCRAPES * scrapeMs),
    alertname: name,
    exp_alerts: [
      {
        exp_labels: { severity, ...fires.with },
        exp_annotations: { summary: shown(summary), description: shown(description) },
      },
    ],
  }
  const before = { eval_time: durationOf(Math.max(0, forMs - scrapeMs)), alertname: name, exp_alerts: [] }
  return {
    interval: durationOf(scrapeMs),
    input_series: fires.on.map((series) => seriesTree(series, forMs / scrapeMs)),
    alert_rule_test: [before, firing],
  }
}

function silentTest({ name, forMs, silent }: AlertRule, scrapeMs: number): readonly Tree[] {
  if (silent === undefined) return []
  return [
    {
      interval: durationOf(scrapeMs),
      input_series: silent.map((series) => seriesTree(series, forMs / scrapeMs)),
      alert_rule_test: [
        { eval_time: durationOf(forMs + SETTLED_SCRAPES * scrapeMs), alertname: name, exp_alerts: [] },
      ],
    },
  ]
}

/** In promtool's notation, where `0x40` is forty-one zeros; no longer than it takes, since every sample costs time. */
function seriesTree({ metric, labels, values }: Series, scrapes: number): Tree {
  const pairs = Object.entries(labels).map(
    ([label, value]) => `${label}="${value.replace(/[\\"]/g, '\\$&')}"`,
  )
  const text =
    typeof values === 'number' ? `${values}x${Math.ceil(scrapes) + SETTLED_SCRAPES}` : values.join(' ')
  return { series: `${metric}{${pairs.join(',')}}`, values: text }
}

function rendered(template: string, labels: Labels): string {
  return template.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? '')
}

/** As Prometheus writes durations: whole numbers of a unit, milliseconds where it has to be. */
export function durationOf(ms: number): string {
  if (ms === 0 || ms % 1000 !== 0) return `${ms}ms`
  if (ms % 3600_000 === 0) return `${ms / 3600_000}h`
  return ms % 60_000 === 0 ? `${ms / 60_000}m` : secondsText(ms)
}
