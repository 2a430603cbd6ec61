import { basename, extname } from 'node:path'
import { suppressionsIn } from '../suppression.ts'
import type { Document } from './document.ts'
import { isSystemd, systemdDocument } from './machines/systemd.ts'
import { isMonit, monitDocument } from './monitoring/monit.ts'
import { isNagios, nagiosDocument } from './monitoring/nagios.ts'
import { asksNothing, NOTHING, TEMPLATE } from './notes.ts'
import { caddyDocument, isCaddyfile } from './proxies/caddy.ts'
import { haproxyDocument, isHaproxy } from './proxies/haproxy.ts'
import { isNginx, nginxDocument } from './proxies/nginx.ts'
import { isVcl, varnishDocument } from './proxies/varnish.ts'
import type { SourceFile, Unreadable } from './source-file.ts'
import { yamlDocuments } from './yaml/yaml-documents.ts'

export interface Read {
  /** The file itself first, then what it holds; only the file when nothing in it is known. */
  readonly documents: readonly Document[]
  /** Why nothing can be said of it, which is no fault of the file. */
  readonly note?: string
}

const OURS =
  /^[ \t]*["']?(?:apiVersion|kind|services|containerDefinitions|static_resources|clusters|Resources)["']?\s*:/m
/** Without one of these a JSON file holds nothing of ours, however long it takes to read; Azure's versions are dates. */
const OURS_IN_JSON =
  /"(?:apiVersion"\s*:\s*"(?!\d{4}-)|(?:containerDefinitions|Resources|services?|checks?|scrape_configs|static_resources|clusters|modules|groups|http|http_service|healthcheckPath|probeThreshold|unhealthyThreshold)"\s*:)/
const OURS_IN_TOML = /health_?check|checks\b|\bkill_timeout\b|\bdrainingSeconds\b/i
const SURELY_OURS_IN_TOML = /^[ \t]*(?:\[+(?:http\.services|http_service)\b|healthcheckPath\b)/m
const YAML = new Set(['.yaml', '.yml', '.json'])
const BRACES = new Set(['.tf', '.hcl', '.nomad', '.bicep'])
const BY_NAME = [
  [/^Caddyfile|\.caddy$/, caddyDocument],
  [/^monitrc$/, monitDocument],
] as const
/** In this order: each is recognised by words that those after it do not begin with. */
const BY_TEXT = [
  [isSystemd, systemdDocument],
  [isNagios, nagiosDocument],
  [isMonit, monitDocument],
  [isVcl, varnishDocument],
  [isHaproxy, haproxyDocument],
  [isCaddyfile, caddyDocument],
] as const

/** What a file holds, by its name, and by its text where the name says nothing. Never throws over the text. */
export async function readDocuments(file: SourceFile): Promise<Read> {
  const { found, unreadable, note } = await holds(file)
  const suppressions = suppressionsIn(file.text)
  return {
    documents: [{ kind: 'file', file, unreadable, suppressions, askings: [] }, ...found],
    ...(note !== undefined && { note }),
  }
}

interface Held {
  readonly found: readonly Document[]
  readonly unreadable: readonly Unreadable[]
  readonly note?: string
}

async function holds(file: SourceFile): Promise<Held> {
  const { path, text } = file
  const zero = text.indexOf('\0')
  if (zero !== -1) return file.named === false ? known([], [], NOTHING) : known([], [noText(zero)])
  const extension = extname(path).toLowerCase()
  if (BRACES.has(extension)) return inBraces(file, extension)
  if (YAML.has(extension)) return inYaml(file)
  if (extension === '.toml') return inToml(file)
  // From standard input nothing but the text says what it is.
  if (extension === '' && /^resource\s+"\w+"\s+"/m.test(text)) return inBraces(file, '.tf')
  // Loaded only where there is one: reading manifests need not wait for it.
  const { dockerfileDocument, isDockerfile } = await import('./containers/dockerfile.ts')
  if (/^(?:docker|container)file(?:\.|$)|\.(?:docker|container)file$/i.test(basename(path))) {
    return known([dockerfileDocument(file)])
  }
  const named = BY_NAME.find(([pattern]) => pattern.test(basename(path)))
  if (named !== undefined) return known([named[1](file)])
  for (const [is, document] of BY_TEXT) if (is(text)) return known([document(file)])
  if (isNginx(text)) {
    const { document, unreadable } = nginxDocument(file)
    return known([document], unreadable)
  }
  if (isDockerfile(text)) return known([dockerfileDocument(file)])
  const held = inYaml(file)
  // What is no YAML either is somebody else's format, and no broken file.
  const isOurs = extension === '' && OURS.test(text)
  return held.found.length === 0 && !isOurs ? known([], [], asksNothing(file)) : held
}

/** A picture or an archive: what programs read of it is chance. */
function noText(zero: number): Unreadable {
  return {
    place: [zero, zero + 1],
    what: 'this is no text: it has a zero byte',
    mend: 'give the configuration itself',
  }
}

function known(found: readonly Document[], unreadable: readonly Unreadable[] = [], note?: string): Held {
  return { found, unreadable, ...(note !== undefined && { note }) }
}

/** Loaded only where there is one, too. */
async function inBraces(file: SourceFile, extension: string): Promise<Held> {
  const { bracesDocuments } = await import('./braces/braces-documents.ts')
  const { documents, unreadable } = bracesDocuments(file, extension)
  const asks = documents.some(({ kind, askings }) => kind !== 'other' || askings.length > 0)
  if (unreadable.length > 0 && file.named === false && !asks) return known([], [], NOTHING)
  return asks || unreadable.length > 0 ? known(documents, unreadable) : known([], [], asksNothing(file))
}

/** Most that lie in a folder are manifests of languages, for which no parser need be loaded. */
async function inToml(file: SourceFile): Promise<Held> {
  if (file.named === false && !OURS_IN_TOML.test(file.text)) return known([], [], asksNothing(file))
  const { tomlDocuments } = await import('./toml/toml-documents.ts')
  const { documents, unreadable } = tomlDocuments(file)
  if (documents.length > 0) return known(documents, unreadable)
  return unreadable.length > 0 && (file.named !== false || SURELY_OURS_IN_TOML.test(file.text))
    ? known([], unreadable)
    : known([], [], asksNothing(file))
}

function inYaml(file: SourceFile): Held {
  if (file.named === false && file.path.endsWith('.json') && !mayBeOurs(file.text)) {
    return known([], [], asksNothing(file))
  }
  const { documents, unreadable } = yamlDocuments(file)
  if (file.named === false && unreadable.length > 0) {
    // A chart's templates lie beside what is to be examined, and so do data.
    if (file.text.includes('{{')) return known([], [], TEMPLATE)
    if (documents.length === 0 && !OURS.test(file.text)) return known([], [], NOTHING)
  }
  if (documents.length > 0 || unreadable.length > 0) return known(documents, unreadable)
  return known([], [], asksNothing(file))
}

/** Templates of Azure may have megabytes, and few have a probe. */
function mayBeOurs(json: string): boolean {
  if (json.slice(0, 500).includes('deploymentTemplate.json'))
    return /"(?:probe|unhealthy)Threshold"/.test(json)
  // Dashboards have megabytes too.
  return OURS_IN_JSON.test(json) || (json.includes('hale_') && /"panels"\s*:/.test(json))
}
