import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { countsReporter } from './tools/vitest/counts-reporter.mjs'
import { sourceAliases } from './tools/vitest/hale-source.mjs'
import { skipsReporter } from './tools/vitest/skips-reporter.mjs'

// Set by tools/test.mjs, which reads the counts for its last line.
const full = process.env.HALE_FULL === '1'
const counts = process.env.HALE_TEST_COUNTS

export default defineConfig({
  resolve: { alias: sourceAliases(fileURLToPath(new URL('./packages/hale', import.meta.url))) },
  test: {
    include: ['packages/**/src/**/*.test.ts', 'tests/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'bench/**'],
    passWithNoTests: false,
    // Forks, not threads: tests stop servers, change signals' handlers and the working directory.
    pool: 'forks',
    testTimeout: 15_000,
    hookTimeout: 60_000,
    reporters: ['default', skipsReporter({ fail: full }), ...(counts ? [countsReporter(counts)] : [])],
    coverage: {
      enabled: full,
      provider: 'v8',
      include: ['packages/hale/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.d.ts'],
      reporter: ['text-summary', 'html'],
      reportOnFailure: true,
      thresholds: { lines: 90, branches: 85 },
    },
  },
})
