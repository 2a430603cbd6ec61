// @ts-check
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { LoadProcess } from './measure/load-process.mjs'
import { documentOf } from './report/document.mjs'
import { busy, machine } from './report/machine.mjs'
import { keepResult, keptResults } from './report/results.mjs'
import { asText, plain, verdict } from './report/table.mjs'
import { tables } from './tables/index.mjs'

const usage = `node bench/run.mjs [--quick] [--only <table>]... [--write]

  --quick   a short run, some six minutes
  --only    one table (may be repeated): ${tables.map(({ name }) => name).join(', ')}
  --write   keep the results of a quick run or of single tables too, and write docs/benchmarks.md of all that
            were kept; a full run always does`

const documentFile = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url))

const options = readOptions()
requireInstalled()
const chosen = tables.filter(({ name }) => options.only.length === 0 || options.only.includes(name))
const began = performance.now()
const [loadBefore = 0] = os.loadavg()
if (loadBefore > busy)
  console.log(`The load average is ${loadBefore.toFixed(2)}: others are at work, expect noise`)
setTimeout(() => fail('Given up after an hour'), 60 * 60_000).unref()
const load = await LoadProcess.start()
/** @type {import('./report/table.mjs').Measured['goals'][number][]} */
const gaps = []
for (const table of chosen) {
  console.log(`\n${table.title} (${table.name})`)
  const tableBegan = performance.now()
  const progress = (/** @type {string} */ text) => console.log(`  … ${seconds()} s  ${plain(text)}`)
  const result = await table.measure({ quick: options.quick, load, progress })
  if (result.rows.length === 0) fail(`The table ${table.name} is empty`)
  gaps.push(...result.goals.filter(({ met }) => !met))
  if (options.write) keepResult(table.name, { measured: result, run: run() })
  console.log(asText(result))
  console.log(`  ${((performance.now() - tableBegan) / 1000).toFixed(0)} s for this table`)
}
await load.stop()

console.log([`\n${seconds()} s, ${gaps.length} gaps`, ...gaps.map(verdict)].join('\n'))
if (options.write) {
  const results = keptResults(tables.map(({ name }) => name))
  if (results === undefined) fail('Not written: some table has never been measured; run npm run bench once')
  mkdirSync(path.dirname(documentFile), { recursive: true })
  writeFileSync(documentFile, documentOf(tables, results))
  console.log('Wrote docs/benchmarks.md')
}

function run() {
  return {
    began: new Date(performance.timeOrigin + began).toISOString(),
    minutes: Math.round((performance.now() - began) / 60_000),
    quick: options.quick,
    machine: machine(loadBefore),
  }
}

function readOptions() {
  const { values } = parse()
  const { quick = false, only = [], write = false, help = false } = values
  if (help) {
    console.log(usage)
    process.exit()
  }
  const unknown = only.filter((name) => !tables.some((table) => table.name === name))
  if (unknown.length > 0) fail(`No such table: ${unknown.join(', ')}\n\n${usage}`)
  return { quick, only, write: write || (!quick && only.length === 0) }
}

function parse() {
  // `npm run bench -- --quick` passes through scripts that may keep the separator.
  const args = process.argv.slice(2).filter((argument) => argument !== '--')
  try {
    return parseArgs({
      args,
      options: {
        quick: { type: 'boolean' },
        only: { type: 'string', multiple: true },
        write: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n\n${usage}`)
  }
}

function requireInstalled() {
  const here = (/** @type {string} */ file) => existsSync(fileURLToPath(new URL(file, import.meta.url)))
  if (!here('node_modules/hale/package.json')) fail('Peers are not installed: npm ci --prefix bench')
  if (!here('node_modules/hale/dist/index.js')) fail('hale is not built: npm run build')
}

function seconds() {
  return ((performance.now() - began) / 1000).toFixed(0)
}

/**
 * @param {string} problem
 * @returns {never}
 */
function fail(problem) {
  console.error(problem)
  process.exit(1)
}
