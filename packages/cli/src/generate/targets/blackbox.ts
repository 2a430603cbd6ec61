import type { ServiceProfile } from '../../profile/service-profile.ts'
import { timeoutSecondsOf } from '../../profile/timings.ts'
import { probeAlerts } from '../alerting/probe-alerts.ts'
import { durationOf, rulesFile, rulesTestFile } from '../alerting/rules-file.ts'
import { tlsConfig } from '../alerting/tls-config.ts'
import { ANSWERS, timeoutReason } from '../balancing/check-timing.ts'
import { addressOf, type Instances, instancesOf } from '../balancing/instances.ts'
import type { GeneratedFile, Target, TargetOptions } from '../target.ts'
import { because, type Mapping, type Tree } from '../text/reasoned.ts'
import { toYaml } from '../text/yaml.ts'

const PROBE_MS = 15_000
/** Where the exporter listens unless told otherwise. */
const EXPORTER = 'localhost:9115'

/** Asking as users do, from outside: it also keeps the results fresh that the metrics tell. */
export const blackbox: Target = {
  name: 'blackbox',
  summary: 'blackbox exporter: modules for each probe, the scrape jobs that use them, alert rules',
  kind: 'monitoring',
  takesInstances: true,
  takesCaFile: true,
  files: (profile, options) => blackboxFiles(profile, options, PROBE_MS),
}

/** @param probeMs from which every `for` is made */
export function blackboxFiles(
  profile: ServiceProfile,
  options: TargetOptions,
  probeMs: number,
): readonly GeneratedFile[] {
  const { name } = profile
  const instances = instancesOf(profile, options)
  const targets = targetsOf(profile, instances)
  const alerts = probeAlerts(profile, targets[0] ?? name, probeMs)
  const rules = `${name}.probe.rules.yml`
  const head = `Alerts on what is seen of ${name} from outside. Check: promtool check rules ${rules}`
  return [
    {
      path: `blackbox/${name}.blackbox.yml`,
      text: toYaml(modules(profile, options), headOf(name)),
      language: 'yaml',
    },
    {
      path: `blackbox/${name}.scrape.yml`,
      text: toYaml(scraping(profile, targets, probeMs, rules), scrapeHead(name, instances)),
      language: 'yaml',
    },
    { path: `blackbox/${rules}`, text: rulesFile(name, { records: [], alerts }, head), language: 'yaml' },
    {
      path: `blackbox/${name}.probe.rules.test.yml`,
      text: rulesTestFile(rules, alerts, probeMs),
      language: 'yaml',
    },
  ]
}

function headOf(name: string): string {
  return `How the blackbox exporter asks ${name}. Merge the modules into its file. By hand: curl 'http://${EXPORTER}/probe?module=${name}_ready&target=http://…'`
}

function modules(profile: ServiceProfile, options: TargetOptions): Tree {
  const { name, grpcPort, liveness } = profile
  const module = (of: ServiceProfile, http: Mapping) => httpModule(of, options, http)
  const ready = module(profile, { valid_status_codes: because([200], `${ANSWERS} Unsaid, all of 2xx.`) })
  const strict = module(profile, {
    valid_status_codes: [200],
    fail_if_body_matches_regexp: because(
      ['"status":"DEGRADED"'],
      'For a look at what is in service and not well; nothing that takes it out of service should use this.',
    ),
  })
  const live = module({ ...profile, readiness: liveness }, { valid_status_codes: [200] })
  const grpc: Tree = {
    prober: 'grpc',
    timeout: `${timeoutSecondsOf(profile.readiness)}s`,
    grpc: {
      service: because('readiness', 'Unsaid it is "", which hale answers with readiness too.'),
      tls: profile.tls,
      ...(profile.tls && { tls_config: tlsConfig(profile, options) }),
      preferred_ip_protocol: 'ip4',
    },
  }
  return {
    modules: {
      [`${name}_ready`]: ready,
      [`${name}_not_degraded`]: strict,
      [`${name}_live`]: live,
      ...(grpcPort !== undefined && { [`${name}_grpc`]: grpc }),
    },
  }
}

function httpModule(profile: ServiceProfile, options: TargetOptions, http: Mapping): Tree {
  const { readiness, tls } = profile
  return {
    prober: 'http',
    timeout: because(`${timeoutSecondsOf(readiness)}s`, timeoutReason(profile)),
    http: {
      method: 'GET',
      ...http,
      follow_redirects: because(false, 'A redirect leads to a login page, which is always healthy.'),
      ...(tls && { fail_if_not_ssl: true, tls_config: tlsConfig(profile, options) }),
      preferred_ip_protocol: because('ip4', 'Unsaid it is ip6, which many networks only seem to have.'),
    },
  }
}

function targetsOf(
  { port, tls, readiness }: ServiceProfile,
  { all, healthPort }: Instances,
): readonly string[] {
  const scheme = tls ? 'https' : 'http'
  return all.map((instance) => {
    const address = addressOf(healthPort === undefined ? instance : { ...instance, port })
    return `${scheme}://${address}${readiness.path}`
  })
}

function scrapeHead(name: string, { placeholders }: Instances): string {
  return [
    `How Prometheus has the blackbox exporter ask for the readiness of ${name}. Merge it into your own file.`,
    ...(placeholders === undefined ? [] : [placeholders]),
  ].join('\n')
}

function scraping(profile: ServiceProfile, targets: readonly string[], probeMs: number, rules: string): Tree {
  const { name } = profile
  return {
    rule_files: [rules],
    scrape_configs: [
      {
        job_name: `${name}-ready`,
        scrape_interval: because(
          durationOf(probeMs),
          'Each question also runs the checks whose results have aged, so that the metrics tell how things are now.',
        ),
        scrape_timeout: because(
          durationOf(Math.min(probeMs, timeoutSecondsOf(profile.readiness) * 1000 + 1000)),
          "Above the module's timeout: the exporter answers half a second before Prometheus gives up, and would cut its question short.",
        ),
        metrics_path: '/probe',
        params: { module: [`${name}_ready`] },
        static_configs: [{ targets }],
        relabel_configs: because(
          [
            { source_labels: ['__address__'], target_label: '__param_target' },
            { source_labels: ['__param_target'], target_label: 'instance' },
            { target_label: '__address__', replacement: EXPORTER },
          ],
          'The exporter is scraped, and told whom to ask; "instance" is who was asked.',
        ),
      },
    ],
  }
}
