import { type KubernetesDocument, type Pod, probeOf } from '../documents/kubernetes/kubernetes-object.ts'
import { neighboursOf } from '../documents/kubernetes/neighbours.ts'
import { selects } from '../documents/kubernetes/selector.ts'
import type { Located } from '../documents/yaml/located.ts'
import type { Context, Finding, Rule } from '../finding.ts'

export const noReadinessProbe: Rule = {
  id: 'no-readiness-probe',
  severity: 'warning',
  title: 'A Service sends requests to pods that never say they are ready',
  why: 'Without a readiness probe a pod counts as ready as soon as its process runs: requests reach it while it still starts, and go on reaching it while it cannot serve them. A roll then moves on before the new pods work.',
  examine(document, { documents }: Context): readonly Finding[] {
    if (document.kind !== 'kubernetes' || document.pod === undefined || document.pod.runsOnce) return []
    const { pod, subject } = document
    if (pod.containers.some((container) => probeOf(container, 'readinessProbe') !== undefined)) return []
    // A mesh puts its gateway's container in the place of this one, with its probe.
    if (pod.containers.some(({ node }) => node.get('image')?.text === 'auto')) return []
    // readinessGates and the like are set from outside.
    if (pod.spec.get('readinessGates') !== undefined) return []
    const service = neighboursOf(document, documents, 'Service').find((one) => sendsTo(one, pod))
    const place = pod.spec.get('containers')?.keyPlace
    if (service === undefined || place === undefined) return []
    return [
      {
        place,
        what: `${subject} has no readinessProbe, and ${service.subject} sends it requests`,
        evidence: [`${service.subject} selects its pods`, 'no container has a readinessProbe'],
        fix: 'add a readinessProbe to the container that answers',
      },
    ]
  },
}

function sendsTo(service: KubernetesDocument, pod: Pod): boolean {
  if (!selects(service, pod.labels)) return false
  // A headless Service gives names, to peers or to whoever scrapes, and balances nothing.
  if (service.node.get('spec', 'clusterIP')?.text === 'None') return false
  return service.node.get('spec', 'publishNotReadyAddresses')?.value !== true && !isScraped(service, pod)
}

/** Whether it is there for a scraper alone, who wants to know of instances that are not ready too. */
function isScraped({ name, node }: KubernetesDocument, { containers }: Pod): boolean {
  const ports = node.get('spec', 'ports')?.items ?? []
  const named = containers.flatMap((container) => container.ports)
  const isForScraper = (port: Located): boolean => {
    const target = port.get('targetPort') ?? port.get('port')
    const behind = named.find(({ number }) => number !== undefined && number === target?.number)
    return [port.get('name')?.text, target?.text, behind?.name].some((word) => SCRAPED.test(word ?? ''))
  }
  return /(?:^|-)metrics$/.test(name) || (ports.length > 0 && ports.every(isForScraper))
}

const SCRAPED = /metrics|prometheus/
