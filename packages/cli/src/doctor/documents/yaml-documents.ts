import { parseAllDocuments, type Document as YamlDocument } from 'yaml'
import { cloudFormationDocument, isCloudFormation } from './cloud-formation.ts'
import { composeDocument, isCompose } from './compose.ts'
import type { Document } from './document.ts'
import { ecsDocument, taskDefinition } from './ecs.ts'
import { envoyClusters, envoyDocument } from './envoy.ts'
import { isKubernetes, kubernetesDocuments } from './kubernetes.ts'
import { Located } from './located.ts'
import type { SourceFile, Unreadable } from './source-file.ts'

/** What the documents of a YAML or JSON file hold; one that is broken leaves the others as they are. */
export function yamlDocuments(file: SourceFile): {
  readonly documents: readonly Document[]
  readonly unreadable: readonly Unreadable[]
} {
  const parsed = parseAllDocuments(file.text, { merge: true, logLevel: 'silent', prettyErrors: false })
  const documents: Document[] = []
  const unreadable: Unreadable[] = []
  for (const one of Array.isArray(parsed) ? parsed : []) {
    unreadable.push(...faultsOf(one, file))
    if (one.errors.length === 0) documents.push(...documentsOf(one, file))
  }
  return { documents, unreadable }
}

function documentsOf(document: YamlDocument, file: SourceFile): readonly Document[] {
  const root = new Located({ text: file.text, document }, document.contents)
  if (!root.isMap) return []
  if (isKubernetes(root)) return kubernetesDocuments(file, root)
  if (isCompose(root)) return [composeDocument(file, root)]
  const task = taskDefinition(root)
  if (task !== undefined) return [ecsDocument(file, task)]
  if (isCloudFormation(root)) return [cloudFormationDocument(file, root)]
  const clusters = envoyClusters(root)
  return clusters.length === 0 ? [] : [envoyDocument(file, clusters)]
}

/** The first of a document: what follows a fault is mostly its echo. */
function faultsOf({ errors }: YamlDocument, { text, path }: SourceFile): readonly Unreadable[] {
  const [first] = errors
  if (first === undefined) return []
  const isTemplate = text.includes('{{')
  return [
    {
      // The end of a file is told as the place behind it.
      place: [Math.min(first.pos[0], text.length), Math.min(first.pos[1], text.length)],
      what:
        first.code === 'DUPLICATE_KEY'
          ? 'a key stands twice in one map, of which programs take the one or the other'
          : first.message.replace(/\s+/g, ' ').trim(),
      mend: isTemplate
        ? 'this is a template: render it first, as by `helm template . | hale doctor -`'
        : `make ${path.endsWith('.json') ? 'the JSON' : 'the YAML'} of this document valid; nothing else in it was examined`,
    },
  ]
}
