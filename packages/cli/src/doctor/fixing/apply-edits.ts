import type { Edit } from '../documents/place.ts'

/**
 * `text` with the edits of each group, all of a group or none: a group that touches what another has changed already
 * waits for the next round, which sees the file as it is then.
 */
export function applyEdits(text: string, groups: readonly (readonly Edit[])[]): string {
  const taken: Edit[] = []
  for (const group of groups) {
    if (group.every((edit) => taken.every((other) => !touches(edit, other)))) taken.push(...group)
  }
  let result = text
  for (const { at, text: written } of taken.toSorted((a, b) => b.at[0] - a.at[0])) {
    result = result.slice(0, at[0]) + written + result.slice(at[1])
  }
  return result
}

/** At one place two insertions touch too: their order would be chance. */
function touches(a: Edit, b: Edit): boolean {
  return a.at[0] <= b.at[1] && b.at[0] <= a.at[1]
}
