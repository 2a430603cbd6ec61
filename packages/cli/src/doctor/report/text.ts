import type { Style, Terminal } from '../../command/terminal.ts'
import { positionOf } from '../documents/place.ts'
import type { Reported, Severity } from '../finding.ts'

const STYLES: Readonly<Record<Severity, Style>> = { error: 'red', warning: 'yellow', info: 'cyan' }

/** For people: one finding a paragraph, its position first, where editors and terminals find it. */
export function textReport(
  findings: readonly Reported[],
  terminal: Pick<Terminal, 'style' | 'columns'>,
): string {
  const told = new Set<string>()
  return findings
    .map((one) => {
      // Once is enough: what is found ten times is so for the same reason.
      const isNew = !told.has(one.rule.id)
      told.add(one.rule.id)
      return paragraph(one, terminal, isNew)
    })
    .join('\n')
}

function paragraph(
  { rule, severity, path, text, finding }: Reported,
  { style, columns }: Pick<Terminal, 'style' | 'columns'>,
  withReason: boolean,
): string {
  const { line, column } = positionOf(text, finding.place[0])
  const head = `${style('bold', `${path}:${line}:${column}`)}: ${style(STYLES[severity], severity)} ${rule.id}`
  const width = Math.max(40, Math.min(columns, 110))
  const part = (name: string, content: string): string =>
    `  ${style('dim', name.padEnd(9))} ${wrapped(content, width - 12).join(`\n${' '.repeat(12)}`)}\n`
  const canMend = finding.edits !== undefined && finding.edits.length > 0
  return [
    `${head}\n`,
    `  ${wrapped(finding.what, width - 2).join('\n  ')}\n`,
    ...(withReason ? [part('why', rule.why)] : []),
    ...(finding.evidence.length === 0 ? [] : [part('evidence', finding.evidence.join('; '))]),
    part('fix', `${finding.fix}${canMend ? ' (--fix writes it)' : ''}`),
  ].join('')
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** What was examined, and what was found but not shown. */
export function closingLine(
  found: readonly Reported[],
  shown: readonly Reported[],
  files: number,
  level: Severity,
  passedOver: readonly string[] = [],
): string {
  const suppressed = found.filter((one) => one.suppressed !== undefined).length
  const hidden = found.filter((one) => one.suppressed === undefined).length - shown.length
  const parts = [
    `${counted(files, 'file')} examined`,
    shown.length === 0 ? 'nothing found' : counted(shown.length, 'finding'),
    ...(suppressed > 0 ? [`${suppressed} suppressed`] : []),
    ...(hidden > 0 ? [`${hidden} below ${level} (--severity info shows all)`] : []),
    ...(passedOver.length > 0 ? [`${passedOver.length} passed over (${listed(passedOver)})`] : []),
  ]
  return `${shown.length === 0 ? '' : '\n'}${parts.join(', ')}\n`
}

/** The first two, and how many more. */
export function listed([first = '', second, ...others]: readonly string[]): string {
  if (second === undefined) return first
  return others.length === 0 ? `${first}, ${second}` : `${first}, ${second} and ${others.length} more`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
