import { isScalar, parseAllDocuments, visit, type Document as YamlDocument } from 'yaml'
import { azureAskings } from '../braces/azure.ts'
import { consulDocument, isConsulJson } from '../braces/consul.ts'
import { cloudFormationDocument, isCloudFormation } from '../containers/cloud-formation.ts'
import { composeDocument, isCompose } from '../containers/compose.ts'
import { ecsDocument, taskDefinition } from '../containers/ecs.ts'
import type { Document } from '../document.ts'
import { isKubernetes, kubernetesDocuments } from '../kubernetes/kubernetes.ts'
import { dashboardDocument, dashboardIn } from '../monitoring/grafana.ts'
import {
  alertsDocument,
  blackboxDocument,
  isAlerting,
  isBlackbox,
  isScraping,
  scrapingDocument,
} from '../monitoring/prometheus.ts'
import { flyDocument, isFly } from '../platforms/fly.ts'
import { isRailway, railwayDocument } from '../platforms/railway.ts'
import { envoyClusters, envoyDocument } from '../proxies/envoy.ts'
import { isTraefik, traefikDocument } from '../proxies/traefik.ts'
import type { SourceFile, Unreadable } from '../source-file.ts'
import { Located } from './located.ts'

/** What the documents of a YAML or JSON file hold; one that is broken leaves the others as they are. */
export function yamlDocuments(file: SourceFile): {
  readonly documents: readonly Document[]
  readonly unreadable: readonly Unreadable[]
} {
  const parsed = parseAllDocuments(file.text, {
    merge: true,
    logLevel: 'silent',
    prettyErrors: false,
    // It compares each key of a map with each other one.
    uniqueKeys: false,
  })
  const documents: Document[] = []
  const unreadable: Unreadable[] = []
  for (const one of Array.isArray(parsed) ? parsed : []) {
    const faults = faultsOf(one, file)
    unreadable.push(...faults)
    if (faults.length === 0) documents.push(...documentsOf(one, file))
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
  if (isFly(root)) return [flyDocument(file, root)]
  if (isRailway(root)) return [railwayDocument(file, root)]
  if (isBlackbox(root)) return [blackboxDocument(file, root)]
  if (isConsulJson(root)) return [consulDocument(file, root.entries)].flatMap((one) => one ?? [])
  const dashboard = dashboardIn(root)
  if (dashboard !== undefined) return [dashboardDocument(file, dashboard)].flatMap((one) => one ?? [])
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
function faultsOf(document: YamlDocument, { text, path }: SourceFile): readonly Unreadable[] {
  const fault = document.errors[0] ?? duplicateIn(document)
  if (fault === undefined) return []
  const isTemplate = text.includes('{{')
  return [
    {
      // The end of a file is told as the place behind it.
      place: [Math.min(fault.pos[0], text.length), Math.min(fault.pos[1], text.length)],
      what: isTemplate ? 'this is no YAML before it is rendered' : inWords(fault.message),
      mend: isTemplate
        ? 'render the template first, as by `helm template . | hale doctor -`'
        : `make ${path.endsWith('.json') ? 'the JSON' : 'the YAML'} of this document valid; nothing else in it was examined`,
    },
  ]
}

function inWords(message: string): string {
  if (message.includes('call stack')) return 'this is nested deeper than can be read'
  return message.replace(/\s+/g, ' ').trim()
}

interface Fault {
  readonly pos: readonly [number, number]
  readonly message: string
}

function duplicateIn(document: YamlDocument): Fault | undefined {
  let fault: Fault | undefined
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        // That of a merge is a symbol, of which there may be several.
        if (!isScalar(key) || typeof key.value === 'symbol') continue
        if (seen.has(key.value)) {
          const [start = 0, end = 0] = key.range ?? []
          const message = `the key ${String(key.value)} stands twice in one map, of which programs take the one or the other`
          fault = { pos: [start, end], message }
          return visit.BREAK
        }
        seen.add(key.value)
      }
      return undefined
    },
  })
  return fault
}
