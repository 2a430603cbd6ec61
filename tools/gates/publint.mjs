// @ts-check
import { readFileSync } from 'node:fs'

/**
 * What publint finds in a package as it would be published.
 *
 * @param {string} tarball
 */
export async function publintProblems(tarball) {
  const { publint } = await import('publint')
  const { formatMessage } = await import('publint/utils')
  const content = readFileSync(tarball)
  const { messages, pkg } = await publint({
    level: 'warning',
    strict: true,
    pack: { tarball: content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength) },
  })
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`)
}
