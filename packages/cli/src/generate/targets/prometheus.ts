import { UsageError } from '../../command/usage-error.ts'
import type { ServiceProfile } from '../../profile/service-profile.ts'
import { timeoutSecondsOf } from '../../profile/timings.ts'
import { healthAlerts } from '../alerting/health-alerts.ts'
import { durationOf, type RecordingRule, rulesFile, rulesTestFile } from '../alerting/rules-file.ts'
import { tlsConfig } from '../alerting/tls-config.ts'
import { addressOf, type Instances, instancesOf } from '../balancing/instances.ts'
import type { GeneratedFile, Target, TargetOptions } from '../target.ts'
import { because, type Tree } from '../text/reasoned.ts'
import { toYaml } from '../text/yaml.ts'

/** The one that most of Prometheus' world has: rates and dashboards fit together. */
const SCRAPE_MS = 15_000

/** Scraping of `/health/metrics`, rules on what it says, and tests of the rules. */
export const prometheus: Target = {
  name: 'prometheus',
  summary: 'Prometheus: scrape configuration, recording and alert rules, tests of the rules',
  kind: 'monitoring',
  takesInstances: true,
  takesCaFile: true,
  files: (profile, options) => prometheusFiles(profile, options, SCRAPE_MS),
}

/** @param scrapeMs from which every `for` is made */
export function prometheusFiles(
  profile: ServiceProfile,
  options: TargetOptions,
  scrapeMs: number,
): readonly GeneratedFile[] {
  const { name } = profile
  const rules = `${name}.rules.yml`
  const alerts = healthAlerts(profile, scrapeMs)
  const head = `Alerts on the health of ${name}, and what dashboards ask for. Each "for" is counted in scrapes of ${durationOf(scrapeMs)}: another interval, and this is to be generated anew. Check: promtool check rules ${rules}`
  return [
    {
      path: 'prometheus/prometheus.yml',
      text: scraping(profile, options, scrapeMs, rules),
      language: 'yaml',
    },
    {
      path: `prometheus/${rules}`,
      text: rulesFile(name, { records: records(name), alerts }, head),
      language: 'yaml',
    },
    {
      path: `prometheus/${name}.rules.test.yml`,
      text: rulesTestFile(rules, alerts, scrapeMs),
      language: 'yaml',
    },
  ]
}

function scraping(profile: ServiceProfile, options: TargetOptions, scrapeMs: number, rules: string): string {
  const { name, metricsPath, tls } = profile
  if (metricsPath === undefined) {
    throw new UsageError([
      `--metrics-path: port ${profile.port} is not known to serve metrics; set "metrics: true" under serve in hale.yaml, or in the options of its handler and give --metrics-path /health/metrics. Beside a port off the loop, which serves none, give the other one too: --port`,
    ])
  }
  const instances = instancesOf(profile, options)
  const timeoutMs = Math.min(scrapeMs, timeoutSecondsOf(profile.readiness) * 1000)
  const job: Tree = {
    job_name: name,
    metrics_path: because(
      metricsPath,
      'A scrape runs no check: results are as old as the last probe. Where no balancer, kubelet or blackbox exporter asks for readiness, give the checks an intervalMs, or what is shown never changes. Where visibility is status, checks and the course of the service are told only with the token (authorization, credentials_file).',
    ),
    scheme: tls ? 'https' : 'http',
    ...(tls && { tls_config: tlsConfig(profile, options) }),
    scrape_timeout: because(
      durationOf(timeoutMs),
      'The text is made from memory; longer means that the process is stuck.',
    ),
    static_configs: [{ targets: targetsOf(profile, instances) }],
  }
  const head = [
    `How Prometheus looks at ${name}. Merge it into your own file. Where alerts go is said under "alerting" (hale generate alertmanager).`,
    ...(instances.placeholders === undefined ? [] : [instances.placeholders]),
  ].join('\n')
  const every = durationOf(scrapeMs)
  return toYaml(
    {
      global: {
        scrape_interval: every,
        evaluation_interval: because(every, 'As often as there is something new.'),
      },
      rule_files: [rules],
      scrape_configs: [job],
    },
    head,
  )
}

/** Where the metrics are: beside the probes or on a port of their own, whatever port requests go to. */
function targetsOf({ port, metricsPort }: ServiceProfile, { all, healthPort }: Instances): readonly string[] {
  const own = metricsPort ?? (healthPort === undefined ? undefined : port)
  return all.map((instance) => addressOf(own === undefined ? instance : { ...instance, port: own }))
}

function records(job: string): readonly RecordingRule[] {
  const up = `hale_probe_up{job="${job}"}`
  return [
    {
      record: 'job_probe:hale_probe_up:avg',
      expr: `avg by (job, probe) (${up})`,
      reason:
        'The share of instances that are ready, alive and started, of those in which somebody asked for it.',
    },
    {
      record: 'job_probe:hale_probe_up:max',
      expr: `max by (job, probe) (${up})`,
      reason:
        'Whether anybody is, as long as one answers: its average over time is the availability of the service.',
    },
    {
      record: 'job_check:hale_check_last_duration_seconds:max',
      expr: `max by (job, check) (hale_check_last_duration_seconds{job="${job}"})`,
      reason: 'The slowest answer that any instance got from a dependency.',
    },
  ]
}
