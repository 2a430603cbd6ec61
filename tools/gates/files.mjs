// @ts-check
import { readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

const NEVER = new Set(['node_modules', 'dist', 'coverage', '.git'])

/**
 * The files beneath a root whose path, relative to it and with slashes, matches; sorted.
 *
 * @param {string} root
 * @param {RegExp} pattern
 * @returns {string[]} relative paths
 */
export function filesMatching(root, pattern) {
  /** @type {string[]} */
  const found = []
  const walk = (/** @type {string} */ directory) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name)
      if (entry.isDirectory()) {
        if (!NEVER.has(entry.name)) walk(path)
        continue
      }
      const name = relative(root, path).split(sep).join('/')
      if (pattern.test(name)) found.push(name)
    }
  }
  walk(root)
  return found.sort()
}
