import { positionOf } from '../documents/place.ts'
import type { Reported } from '../finding.ts'

/** For programs: `{ files, findings, suppressed, passedOver }`. */
export function jsonReport(
  found: readonly Reported[],
  files: number,
  passedOver: readonly string[] = [],
): string {
  const findings = found.filter(({ suppressed }) => suppressed === undefined)
  const silenced = found.filter(({ suppressed }) => suppressed !== undefined)
  const report = {
    files,
    findings: findings.map(shown),
    suppressed: silenced.map((one) => ({ ...shown(one), reason: one.suppressed })),
    passedOver,
  }
  return `${JSON.stringify(report, undefined, 2)}\n`
}

function shown({ rule, severity, path, text, finding }: Reported): object {
  const end = positionOf(text, finding.place[1])
  return {
    rule: rule.id,
    severity,
    file: path,
    ...positionOf(text, finding.place[0]),
    endLine: end.line,
    endColumn: end.column,
    title: rule.title,
    what: finding.what,
    why: rule.why,
    evidence: finding.evidence,
    fix: finding.fix,
    fixable: finding.edits !== undefined && finding.edits.length > 0,
  }
}
