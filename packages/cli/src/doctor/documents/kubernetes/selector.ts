import type { Located } from '../yaml/located.ts'
import { textsOf } from './kubernetes.ts'

/** Whether a map of labels selects; one that is empty, or absent, or filled in later, selects nothing here. */
export function labelsSelected(selector: Located | undefined, labels: ReadonlyMap<string, string>): boolean {
  const wanted = [...textsOf(selector)]
  return wanted.length > 0 && wanted.every(([key, value]) => value !== '' && labels.get(key) === value)
}
