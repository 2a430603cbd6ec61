// @ts-check
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * When and on what something was measured.
 *
 * @typedef {object} Run
 * @property {string} date such as `2026-11-23`
 * @property {number} minutes
 * @property {boolean} quick
 * @property {readonly string[]} machine Markdown list items
 */

/** @typedef {{ measured: import('./table.mjs').Measured, again?: Run }} Result `again` where it is newer than the run */

/** @typedef {{ run: Run, tables: { [name: string]: Result } }} Results the last run of all tables, and what was measured since */

const file = fileURLToPath(new URL('../results.json', import.meta.url))

/**
 * The results with what was measured now in the place of what it replaces.
 *
 * @param {Run} run
 * @param {{ readonly [name: string]: import('./table.mjs').Measured }} measured
 * @param {readonly string[]} all the names of all tables
 * @returns {Results | undefined} undefined when some table has never been measured
 */
export function resultsWith(run, measured, all) {
  if (all.every((name) => name in measured)) {
    return { run, tables: Object.fromEntries(all.map((name) => [name, only(measured[name])])) }
  }
  /** @type {Results | undefined} */
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  if (before === undefined) return undefined
  const now = Object.fromEntries(
    Object.entries(measured).map(([name, one]) => [name, { ...only(one), again: run }]),
  )
  const tables = { ...before.tables, ...now }
  return all.every((name) => name in tables) ? { run: before.run, tables } : undefined
}

/** @param {Results} results */
export function keepResults(results) {
  writeFileSync(file, `${JSON.stringify(results, undefined, 1)}\n`)
}

/**
 * @param {import('./table.mjs').Measured | undefined} measured
 * @returns {Result}
 */
function only(measured) {
  return { measured: measured ?? { columns: [], rows: [], goals: [] } }
}
