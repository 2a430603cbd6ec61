// @ts-check
import './required-node.mjs'
import { pathToFileURL } from 'node:url'
import { apiDocs } from './gates/api-docs.mjs'
import { boundaries } from './gates/boundaries.mjs'
import { checksTable } from './gates/checks-table.mjs'
import { packedCli } from './gates/cli-package.mjs'
import { docExamples } from './gates/doc-examples.mjs'
import { packedPackage } from './gates/package.mjs'
import { publicTypes } from './gates/public-types.mjs'
import { style } from './gates/style.mjs'
import { types } from './gates/types.mjs'
import { typescript7 } from './gates/typescript-7.mjs'
import { unused } from './gates/unused.mjs'
import { runTool, StepError, seconds } from './steps.mjs'

/** @typedef {{ name: string, gate: import('./gates/verdict.mjs').Gate, fullOnly?: true }} NamedGate */

/** @type {readonly NamedGate[]} */
export const GATES = [
  { name: 'style', gate: style },
  { name: 'boundaries', gate: boundaries },
  { name: 'unused', gate: unused },
  { name: 'types', gate: types },
  { name: 'public-types', gate: publicTypes },
  { name: 'doc-examples', gate: docExamples },
  { name: 'api-docs', gate: apiDocs },
  { name: 'checks-table', gate: checksTable },
  { name: 'package', gate: packedPackage },
  { name: 'cli-package', gate: packedCli },
  { name: 'typescript-7', gate: typescript7, fullOnly: true },
]

/**
 * Runs a gate and tells how it went. One that throws has failed; the others still run.
 *
 * @param {NamedGate} named
 * @returns {Promise<{ passed: boolean, told: string }>}
 */
async function runGate({ name, gate }) {
  const begun = performance.now()
  try {
    const { seen, unit, problems } = await gate()
    const time = seconds(performance.now() - begun)
    if (problems.length === 0) return { passed: true, told: `  ✓ ${name}: ${seen} ${unit}, ${time}` }
    const listed = problems.map((problem) => `    ${problem.replaceAll('\n', '\n    ')}`).join('\n')
    return {
      passed: false,
      told: `  ✗ ${name}: ${problems.length} problems in ${seen} ${unit}, ${time}\n${listed}`,
    }
  } catch (error) {
    const said = error instanceof Error ? error.stack : String(error)
    return { passed: false, told: `  ✗ ${name}: broke\n    ${said}` }
  }
}

/**
 * Runs gates, two at a time: most of them wait for a program of their own.
 *
 * @param {readonly NamedGate[]} gates
 * @returns {Promise<string[]>} the names of those that failed
 */
export async function runGates(gates) {
  /** @type {string[]} */
  const failed = []
  const waiting = [...gates]
  const runWaiting = async () => {
    for (let named = waiting.shift(); named; named = waiting.shift()) {
      const { passed, told } = await runGate(named)
      console.log(told)
      if (!passed) failed.push(named.name)
    }
  }
  await Promise.all([runWaiting(), runWaiting()])
  return failed
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runTool(async () => {
    const wanted = process.argv.slice(2)
    const names = GATES.map(({ name }) => name)
    const unknown = wanted.filter((name) => !names.includes(name))
    if (unknown.length > 0)
      throw new StepError(`no such gate: ${unknown.join(', ')}; there are ${names.join(', ')}`)
    const gates = wanted.length > 0 ? GATES.filter(({ name }) => wanted.includes(name)) : GATES
    const failed = await runGates(gates)
    if (failed.length > 0) throw new StepError(`failed: ${failed.join(', ')}`)
  })
}
