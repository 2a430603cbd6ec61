// @ts-check
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesMatching } from './files.mjs'

/**
 * @typedef {object} DocBlock
 * @property {string} file relative to the root
 * @property {number} line of its first line of code, from 1
 * @property {string} code
 * @property {boolean} inComment whether it stands in a doc comment rather than in a page
 */

const SOURCES = /^packages\/[^/]+\/src\/(?!.*\.test\.ts$).*\.ts$/
// Those of docs/api are made from doc comments, which are looked at where they stand.
const PAGES = /^(?:README\.md|packages\/[^/]+\/README\.md|docs\/(?!api\/).*\.md)$/
const FENCE = /^```(?:ts|typescript)\b(.*)$/

/**
 * Every block of TypeScript in doc comments and in pages.
 *
 * @param {string} root
 * @returns {{ blocks: DocBlock[], problems: string[] }}
 */
export function docBlocks(root) {
  /** @type {DocBlock[]} */
  const blocks = []
  /** @type {string[]} */
  const problems = []
  for (const file of filesMatching(root, SOURCES)) collect(file, commentLines(root, file), true)
  for (const file of filesMatching(root, PAGES)) collect(file, read(root, file), false)
  return { blocks, problems }

  /**
   * @param {string} file
   * @param {readonly (string | undefined)[]} lines
   * @param {boolean} inComment
   */
  function collect(file, lines, inComment) {
    for (let index = 0; index < lines.length; index++) {
      const where = `${file}:${index + 1}`
      const line = lines[index]?.trim() ?? ''
      if (inComment && line === '@example' && !lines[index + 1]?.trim().startsWith('```')) {
        problems.push(`${where} an @example without a \`\`\`ts fence is not checked`)
      }
      const fence = line.match(FENCE)
      if (!fence) continue
      const remark = fence[1]?.trim() ?? ''
      const begin = index + 1
      while (index + 1 < lines.length && lines[index + 1]?.trim() !== '```') index++
      if (/^ignore:\s*\S+/.test(remark)) continue
      if (remark) problems.push(`${where} \`${remark}\` is no reason: write \`\`\`ts ignore: why\`\`\``)
      else
        blocks.push({
          file,
          line: begin + 1,
          code: lines
            .slice(begin, index + 1)
            .map((text) => text ?? '')
            .join('\n'),
          inComment,
        })
    }
  }
}

/** @param {string} root @param {string} file */
const read = (root, file) => readFileSync(join(root, file), 'utf8').split(/\r?\n/)

/**
 * The lines of a source with all but the text of doc comments blanked, so that line numbers stay.
 *
 * @param {string} root
 * @param {string} file
 */
function commentLines(root, file) {
  let inside = false
  return read(root, file).map((line) => {
    if (!inside) {
      inside = /^\s*\/\*\*/.test(line) && !line.includes('*/')
      return undefined
    }
    if (line.includes('*/')) {
      inside = false
      return undefined
    }
    return line.replace(/^\s*\* ?/, '')
  })
}
