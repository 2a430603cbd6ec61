import type { Asking, Expectation } from '../asking.ts'
import type { AlertsDocument, OtherDocument } from '../document.ts'
import type { SourceFile } from '../source-file.ts'
import { durationAt } from '../yaml/figure-at.ts'
import type { Located } from '../yaml/located.ts'

/** Prometheus' own file, or a part of it. */
export function isScraping(root: Located): boolean {
  return root.get('scrape_configs')?.isList === true
}

/** What is scraped, and how patiently: a job has the figures of `global` where it states none. */
export function scrapingDocument(file: SourceFile, root: Located): OtherDocument {
  const global = root.get('global')
  const everyMs = global && durationAt(global, 'scrape_interval', 60_000)
  const askings = (root.get('scrape_configs')?.items ?? []).flatMap((job): readonly Asking[] => {
    const own = durationAt(job, 'scrape_interval', undefined)
    const timeout = job.get('scrape_timeout')
    // Prometheus shortens the global timeout by itself to the interval of a job.
    if (timeout === undefined) return []
    return [
      {
        role: 'monitor',
        subject: `job ${job.get('job_name')?.text ?? ''}`.trim(),
        place: timeout.place,
        question: { kind: 'unknown' },
        timeout: durationAt(job, 'scrape_timeout', undefined),
        interval: own.stated
          ? own
          : { ...own, value: everyMs?.value ?? 60_000, stated: everyMs?.stated ?? false },
        refuses: 'timeout-above-interval',
      },
    ]
  })
  return { kind: 'other', file, askings }
}

/** Rules, as a file of their own or as a PrometheusRule. */
export function isAlerting(root: Located): boolean {
  return (root.get('groups')?.items ?? []).some((group) => group.get('rules')?.isList === true)
}

export function alertsDocument(file: SourceFile, root: Located): AlertsDocument {
  const rules = (root.get('groups')?.items ?? []).flatMap((group) => group.get('rules')?.items ?? [])
  const alerts = rules.flatMap((node) => {
    const name = node.get('alert')?.text
    return name === undefined ? [] : [{ name, node }]
  })
  const records = rules.flatMap((rule) => rule.get('record')?.text ?? [])
  const expressions = rules.flatMap((rule) => {
    const node = rule.get('expr')
    const name = rule.get('alert')?.text
    const subject = name === undefined ? `record ${rule.get('record')?.text ?? ''}` : `alert ${name}`
    return node === undefined ? [] : [{ subject, node }]
  })
  return { kind: 'alerts', file, alerts, expressions, records, askings: [] }
}

/** The blackbox exporter's modules. */
export function isBlackbox(root: Located): boolean {
  return (root.get('modules')?.entries ?? []).some(([, module]) => module.get('prober') !== undefined)
}

export function blackboxDocument(file: SourceFile, root: Located): OtherDocument {
  const askings = (root.get('modules')?.entries ?? []).flatMap(([name, module]): readonly Asking[] => {
    const http = module.get('http')
    if (module.get('prober')?.text !== 'http' || http === undefined) return []
    const expects = expectationOf(http)
    return [
      {
        role: 'monitor',
        subject: `module ${name}`,
        place: module.keyPlace,
        // Whom it asks is for a scrape job to say.
        question: { kind: 'unknown' },
        timeout: durationAt(module, 'timeout', undefined),
        ...(expects && { expects }),
      },
    ]
  })
  return { kind: 'other', file, askings }
}

function expectationOf(http: Located): Expectation | undefined {
  const text = http.get('fail_if_body_not_matches_regexp')
  const [pattern] = text?.items ?? []
  if (text !== undefined && pattern?.text !== undefined) {
    return {
      place: text.place,
      stated: `fail_if_body_not_matches_regexp ${pattern.text}`,
      instead: 'valid_status_codes: [200], and no fail_if_body_not_matches_regexp',
      text: pattern.text,
    }
  }
  const codes = http.get('valid_status_codes')
  if (codes === undefined || codes.items.length === 0) return undefined
  const numbers = codes.items.map(({ number }) => number)
  if (numbers.includes(undefined)) return undefined
  return {
    place: codes.place,
    stated: `valid_status_codes ${numbers.join(', ')}`,
    accepts: (code) => numbers.includes(code),
  }
}
