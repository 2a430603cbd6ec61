import { version } from '../../command/version.ts'
import { type Place, positionOf } from '../documents/place.ts'
import type { Reported, Rule, Severity } from '../finding.ts'

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' }

/** SARIF 2.1.0 (OASIS), which code hosts show beside the lines. */
export function sarifReport(found: readonly Reported[], rules: readonly Rule[]): string {
  const index = new Map(rules.map(({ id }, at) => [id, at]))
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'hale doctor', semanticVersion: version(), rules: rules.map(descriptor) } },
        columnKind: 'utf16CodeUnits',
        results: found.map((one) => result(one, index.get(one.rule.id) ?? -1)),
      },
    ],
  }
  return `${JSON.stringify(log, undefined, 2)}\n`
}

function descriptor({ id, title, why, severity }: Rule): object {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: `${why} See docs/cli/rules/${id}.md.` },
    defaultConfiguration: { level: LEVELS[severity] },
  }
}

function result({ rule, severity, path, text, finding, suppressed }: Reported, ruleIndex: number): object {
  const artifactLocation = { uri: uriOf(path) }
  const evidence = finding.evidence.length === 0 ? '' : ` (${finding.evidence.join('; ')})`
  return {
    ruleId: rule.id,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: `${finding.what}${evidence}. Fix: ${finding.fix}.` },
    locations: [{ physicalLocation: { artifactLocation, region: region(text, finding.place) } }],
    ...(suppressed !== undefined && { suppressions: [{ kind: 'inSource', justification: suppressed }] }),
    ...(finding.edits !== undefined &&
      finding.edits.length > 0 && {
        fixes: [
          {
            description: { text: finding.fix },
            artifactChanges: [
              {
                artifactLocation,
                replacements: finding.edits.map((edit) => ({
                  deletedRegion: region(text, edit.at),
                  insertedContent: { text: edit.text },
                })),
              },
            ],
          },
        ],
      }),
  }
}

function region(text: string, [start, end]: Place): object {
  const first = positionOf(text, start)
  const last = positionOf(text, end)
  return {
    startLine: first.line,
    startColumn: first.column,
    endLine: last.line,
    endColumn: last.column,
  }
}

function uriOf(path: string): string {
  const posix = path.replaceAll('\\', '/')
  // A relative reference must not begin with what reads as a scheme.
  return posix
    .split('/')
    .map((part) => encodeURIComponent(part))
    .join('/')
}
