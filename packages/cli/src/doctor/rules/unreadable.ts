import type { Finding, Rule } from '../finding.ts'

export const unreadable: Rule = {
  id: 'unreadable',
  severity: 'error',
  title: 'A file, or a part of it, could not be read',
  why: 'What cannot be read here is refused by the program that it is for, or read in a way that nobody meant. Nothing in that part was examined; the rest was.',
  examine(document): readonly Finding[] {
    if (document.kind !== 'file') return []
    return document.unreadable.map(({ place, what, mend }) => ({ place, what, evidence: [], fix: mend }))
  },
}
