import type { Document } from '../document.ts'
import type { SourceFile, Unreadable } from '../source-file.ts'
import { azureAskings } from './azure.ts'
import { readBraces } from './braces-reader.ts'
import { consulDocument } from './consul.ts'
import { terraformDocuments } from './terraform.ts'

/** Terraform, Bicep, and Consul's or Nomad's HCL, by the extension. */
export function bracesDocuments(
  file: SourceFile,
  extension: string,
): { readonly documents: readonly Document[]; readonly unreadable: readonly Unreadable[] } {
  // Most modules have no probe, and need not be read for that.
  if (extension === '.bicep' && !/\b(?:probe|unhealthy)Threshold\b/.test(file.text)) {
    return { documents: [], unreadable: [] }
  }
  const { statements, unreadable } = readBraces(file.text)
  if (extension === '.tf') return { documents: terraformDocuments(file, statements), unreadable }
  if (extension === '.bicep') {
    const askings = statements.flatMap(({ body }) => azureAskings(body))
    return { documents: [{ kind: 'other', file, askings }], unreadable }
  }
  const document = consulDocument(
    file,
    statements.map(({ words: [key = ''], body }) => [key, body] as const),
  )
  return { documents: document === undefined ? [] : [document], unreadable }
}
