import { parseAllDocuments, type Document as YamlDocument } from 'yaml'
import { azureAskings } from '../braces/azure.ts'
import { consulDocument, isConsulJson } from '../braces/consul.ts'
import { cloudFormationDocument, isCloudFormation } from '../containers/cloud-formation.ts'
import { composeDocument, isCompose } from '../containers/compose.ts'
import { ecsDocument, taskDefinition } from '../containers/ecs.ts'
import type { Document } from '../document.ts'
import { isKubernetes, kubernetesDocuments } from '../kubernetes/kubernetes.ts'
import {
  alertsDocument,
  blackboxDocument,
  isAlerting,
  isBlackbox,
  isScraping,
  scrapingDocument,
} from '../monitoring/prometheus.ts'
import { envoyClusters, envoyDocument } from '../proxies/envoy.ts'
import { isTraefik, traefikDocument } from '../proxies/traefik.ts'
import type { SourceFile, Unreadable } from '../source-file.ts'
import { Located } from './located.ts'

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
  if (isKubernetes(root)) {
    const spec = root.get('kind')?.text === 'PrometheusRule' ? root.get('spec') : undefined
    return [...kubernetesDocuments(file, root), ...(spec === undefined ? [] : [alertsDocument(file, spec)])]
  }
  if (isCompose(root)) return [composeDocument(file, root)]
  const task = taskDefinition(root)
  if (task !== undefined) return [ecsDocument(file, task)]
  if (isCloudFormation(root)) return [cloudFormationDocument(file, root)]
  const clusters = envoyClusters(root)
  if (clusters.length > 0) return [envoyDocument(file, clusters)]
  if (isTraefik(root)) return [traefikDocument(file, root)]
  if (isBlackbox(root)) return [blackboxDocument(file, root)]
  if (isConsulJson(root)) return [consulDocument(file, root.entries)].flatMap((one) => one ?? [])
  // Prometheus' own file, and rules, may be one.
  return [
    ...(isScraping(root) ? [scrapingDocument(file, root)] : []),
    ...(isAlerting(root) ? [alertsDocument(file, root)] : []),
    ...(isArm(root) ? [{ kind: 'other' as const, file, askings: azureAskings(root) }] : []),
  ]
}

/** A template of Azure's resource manager. */
function isArm(root: Located): boolean {
  return /deploymentTemplate\.json/.test(root.get('$schema')?.text ?? '')
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
      what: isTemplate
        ? 'this is no YAML before it is rendered'
        : first.code === 'DUPLICATE_KEY'
          ? 'a key stands twice in one map, of which programs take the one or the other'
          : first.message.replace(/\s+/g, ' ').trim(),
      mend: isTemplate
        ? 'render the template first, as by `helm template . | hale doctor -`'
        : `make ${path.endsWith('.json') ? 'the JSON' : 'the YAML'} of this document valid; nothing else in it was examined`,
    },
  ]
}
