import type { GeneratedFile } from '../target.ts'
import { commentSign } from './marker.ts'

/** Several files as one text, for a pipe: YAML's documents separated as YAML does, others by a comment with the name. */
export function printed(files: readonly GeneratedFile[]): string {
  if (files.length === 1) return files[0]?.text ?? ''
  return files.map(withName).join('\n')
}

function withName({ path, text, language }: GeneratedFile): string {
  // Of concatenated JSON each value ends by itself.
  if (language === 'json') return text
  const name = `${commentSign(language)} ${path}\n`
  return language === 'yaml' ? `---\n${name}${text}` : `${name}${text}`
}
