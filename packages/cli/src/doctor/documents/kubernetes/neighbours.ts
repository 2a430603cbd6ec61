import { dirname } from 'node:path'
import type { Document } from '../document.ts'
import type { KubernetesDocument } from './kubernetes-object.ts'

type Groups = ReadonlyMap<string, readonly KubernetesDocument[]>

/** By the documents that are examined together: charts have thousands, of which each asks for its neighbours. */
const known = new WeakMap<readonly Document[], Groups>()

/**
 * Of one kind, or those that have pods, in the namespace and the folder of the document: names and labels such as
 * `app: web` are unique in a namespace, not in a tree of folders.
 */
export function neighboursOf(
  document: KubernetesDocument,
  documents: readonly Document[],
  kind: 'Service' | 'HorizontalPodAutoscaler' | 'pods',
): readonly KubernetesDocument[] {
  const groups = known.get(documents) ?? grouped(documents)
  known.set(documents, groups)
  return groups.get(keyOf(document, kind)) ?? []
}

function grouped(documents: readonly Document[]): Groups {
  const groups = new Map<string, KubernetesDocument[]>()
  for (const document of documents) {
    if (document.kind !== 'kubernetes') continue
    const key = keyOf(document, document.pod === undefined ? document.type : 'pods')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [document])
    else group.push(document)
  }
  return groups
}

function keyOf({ namespace, file }: KubernetesDocument, kind: string): string {
  return [dirname(file.path), namespace, kind].join('\0')
}
