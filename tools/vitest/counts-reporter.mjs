// @ts-check
import { writeFileSync } from 'node:fs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * Writes how many tests passed, failed and were skipped to a file. Vitest's own json reporter is not used: a test
 * file that could not even be loaded holds no tests, and there counts as nothing failed.
 *
 * @param {string} file
 * @returns {import('vitest/reporters').Reporter}
 */
export function countsReporter(file) {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      /** @type {Counts} */
      const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
      for (const module of modules) {
        let failedTests = 0
        for (const test of module.children.allTests()) {
          const { state } = test.result()
          if (state === 'passed') counts.passed++
          else if (state === 'failed') failedTests++
          else counts.skipped++
        }
        // Failed although none of its tests did: it did not load, or a hook of it broke.
        counts.failed += failedTests === 0 && !module.ok() ? 1 : failedTests
      }
      writeFileSync(file, JSON.stringify(counts))
    },
  }
}
