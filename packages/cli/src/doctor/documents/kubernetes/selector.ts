import { textsOf } from './kubernetes.ts'
import type { KubernetesDocument } from './kubernetes-object.ts'

const known = new WeakMap<KubernetesDocument, readonly (readonly [key: string, value: string])[]>()

/** Whether the labels that it selects by are those; none, or what is filled in later, selects nothing here. */
export function selects(by: KubernetesDocument, labels: ReadonlyMap<string, string>): boolean {
  const wanted = known.get(by) ?? wantedBy(by)
  known.set(by, wanted)
  return wanted.length > 0 && wanted.every(([key, value]) => value !== '' && labels.get(key) === value)
}

/** A Service has the labels themselves, everything else has them further in. */
function wantedBy({ node, type }: KubernetesDocument): readonly (readonly [key: string, value: string])[] {
  const selector = node.get('spec', 'selector')
  return [...textsOf(type === 'Service' ? selector : selector?.get('matchLabels'))]
}
