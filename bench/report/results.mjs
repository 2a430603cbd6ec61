// @ts-check
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * When and on what something was measured.
 *
 * @typedef {object} Run
 * @property {string} began what tells one run from another, such as `2026-11-23T09:00:00.000Z`
 * @property {number} minutes from then to the end of its last table
 * @property {boolean} quick
 * @property {readonly string[]} machine Markdown list items
 */

/** @typedef {{ measured: import('./table.mjs').Measured, run: Run }} Result */

/** @typedef {{ [table: string]: Result }} Results */

const file = fileURLToPath(new URL('../results.json', import.meta.url))

/**
 * Keeps what was measured for a table in the place of what it replaces; at once, since a run takes most of an hour and
 * may be broken off.
 *
 * @param {string} table
 * @param {Result} result
 */
export function keepResult(table, result) {
  writeFileSync(file, `${JSON.stringify({ ...kept(), [table]: result }, undefined, 1)}\n`)
}

/**
 * The results of these tables, of whichever runs.
 *
 * @param {readonly string[]} tables
 * @returns {Results | undefined} undefined when some table has never been measured
 */
export function keptResults(tables) {
  const results = kept()
  const known = tables.flatMap((table) => {
    const result = results[table]
    return result === undefined ? [] : [/** @type {const} */ ([table, result])]
  })
  return known.length === tables.length ? Object.fromEntries(known) : undefined
}

/** @returns {Results} */
function kept() {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}
