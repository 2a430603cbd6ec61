import { basename, extname } from 'node:path'
import { suppressionsIn } from '../suppression.ts'
import type { Document } from './document.ts'
import { haproxyDocument, isHaproxy } from './haproxy.ts'
import { isNginx, nginxDocument } from './nginx.ts'
import type { SourceFile, Unreadable } from './source-file.ts'
import { yamlDocuments } from './yaml-documents.ts'

export interface Read {
  /** The file itself first, then what it holds; only the file when nothing in it is known. */
  readonly documents: readonly Document[]
  /** Why nothing can be said of it, which is no fault of the file. */
  readonly note?: string
}

const NOTHING = 'holds nothing that hale doctor knows'
/** What {@link Read.note} says of a template that cannot be read before it is rendered. */
export const TEMPLATE = 'is a template: render it first, as by `helm template . | hale doctor -`'
const OURS =
  /^\s*["']?(?:apiVersion|kind|services|containerDefinitions|static_resources|clusters|Resources)["']?\s*:/m
const YAML = new Set(['.yaml', '.yml', '.json'])

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
  const extension = extname(path).toLowerCase()
  if (extension === '.tf' || path.endsWith('.tf.json')) {
    return known(
      [],
      [],
      'Terraform is not examined: give what it makes, such as the task definition or manifest',
    )
  }
  if (YAML.has(extension)) return inYaml(file)
  // Loaded only where there is one: reading manifests need not wait for it.
  const { dockerfileDocument, isDockerfile } = await import('./dockerfile.ts')
  if (/^(?:docker|container)file(?:\.|$)|\.(?:docker|container)file$/i.test(basename(path))) {
    return known([dockerfileDocument(file)])
  }
  if (isHaproxy(text)) return known([haproxyDocument(file)])
  if (isNginx(text)) {
    const { document, unreadable } = nginxDocument(file)
    return known([document], unreadable)
  }
  if (isDockerfile(text)) return known([dockerfileDocument(file)])
  const held = inYaml(file)
  // What is no YAML either is somebody else's format, and no broken file.
  return extension !== '' && held.found.length === 0 ? known([], [], NOTHING) : held
}

function known(found: readonly Document[], unreadable: readonly Unreadable[] = [], note?: string): Held {
  return { found, unreadable, ...(note !== undefined && { note }) }
}

function inYaml(file: SourceFile): Held {
  const { documents, unreadable } = yamlDocuments(file)
  if (file.named === false && unreadable.length > 0) {
    // A chart's templates lie beside what is to be examined, and so do data.
    if (file.text.includes('{{')) return known([], [], TEMPLATE)
    if (documents.length === 0 && !OURS.test(file.text)) return known([], [], NOTHING)
  }
  if (documents.length > 0 || unreadable.length > 0) return known(documents, unreadable)
  return known([], [], NOTHING)
}
