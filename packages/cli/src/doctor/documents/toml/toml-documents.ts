import type { Document } from '../document.ts'
import { flyDocument, isFly } from '../platforms/fly.ts'
import { isRailway, railwayDocument } from '../platforms/railway.ts'
import { isTraefik, traefikDocument } from '../proxies/traefik.ts'
import type { SourceFile, Unreadable } from '../source-file.ts'
import { readToml } from './toml-reader.ts'

/** Traefik's file provider, Fly, Railway. */
export function tomlDocuments(file: SourceFile): {
  readonly documents: readonly Document[]
  readonly unreadable: readonly Unreadable[]
} {
  const { root, unreadable } = readToml(file.text)
  if (root === undefined) return { documents: [], unreadable }
  if (isTraefik(root)) return { documents: [traefikDocument(file, root)], unreadable }
  if (isFly(root)) return { documents: [flyDocument(file, root)], unreadable }
  return { documents: isRailway(root) ? [railwayDocument(file, root)] : [], unreadable }
}
