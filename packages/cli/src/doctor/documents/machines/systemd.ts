import { basename, extname } from 'node:path'
import type { Asking, Role } from '../asking.ts'
import { commandOf } from '../command.ts'
import type { SystemdDocument } from '../document.ts'
import type { Place } from '../place.ts'
import type { SourceFile } from '../source-file.ts'
import { entriesOf, type SystemdEntry, type SystemdUnit } from './systemd-unit.ts'

export function isSystemd(text: string): boolean {
  return /^\uFEFF?\[(?:Unit|Service|Timer|Socket)\][ \t]*$/m.test(text) && /^[A-Z]\w+=/m.test(text)
}

export function systemdDocument(file: SourceFile): SystemdDocument {
  const unit = unitIn(file)
  return { kind: 'systemd', file, unit, askings: askingsOf(unit) }
}

function unitIn({ path, text }: SourceFile): SystemdUnit {
  const sections: { name: string; place: Place; entries: SystemdEntry[] }[] = []
  // A line that ends with a backslash goes on in the next.
  for (const found of text.matchAll(/^\uFEFF?[ \t]*(?![#;])((?:[^\n\\]|\\(?!\r?\n)|\\\r?\n)+)/gm)) {
    const [whole, content = ''] = found
    const start = found.index + whole.length - content.length
    const line = content.trimEnd()
    const section = /^\[([^\]]+)\]$/.exec(line)?.[1]
    if (section !== undefined) {
      sections.push({ name: section, place: [start, start + line.length], entries: [] })
      continue
    }
    const [, head = '', key, value = ''] = /^((\w+)\s*=\s*)([\s\S]*)$/.exec(line) ?? []
    if (key === undefined) continue
    const place: Place = [start + head.length, start + head.length + value.length]
    sections
      .at(-1)
      ?.entries.push({ key, value: value.replace(/\\\r?\n/g, (end) => ' '.repeat(end.length)), place })
  }
  return { name: basename(path, extname(path)), sections }
}

const RESTARTS = /systemctl\s+(?:try-)?restart/

/** What its commands ask: that of a start whether it has started, that of a unit upon whose failure another restarts whether it is alive. */
function askingsOf(unit: SystemdUnit): readonly Asking[] {
  const restarts = entriesOf(unit, 'Unit', 'OnFailure').some(({ value }) => /restart/i.test(value))
  const watches = entriesOf(unit, 'Service', 'ExecStart').filter(
    ({ value }) => restarts || RESTARTS.test(value),
  )
  return [
    ...watches.flatMap((entry) => askingOf(unit, entry, 'liveness')),
    ...entriesOf(unit, 'Service', 'ExecStartPost').flatMap((entry) => askingOf(unit, entry, 'startup')),
  ]
}

function askingOf({ name }: SystemdUnit, { key, value, place }: SystemdEntry, role: Role): readonly Asking[] {
  const words = value.replace(/^[-@:+!]+/, '').match(/"(?:\\.|[^"\\])*"|'[^']*'|\S+/g) ?? []
  const command = commandOf(
    words.map((word) => word.replace(/^(["'])([\s\S]*)\1$/, '$2')),
    { place, raw: value, shell: false },
  )
  if (command.target === undefined) return []
  return [
    {
      role,
      subject: `${key} of unit ${name}`,
      place,
      question: { kind: 'command', command },
    },
  ]
}
