import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { countsReporter } from './tools/vitest/counts-reporter.mjs'
import { sourceAliases } from './tools/vitest/hale-source.mjs'
import { skipsReporter } from './tools/vitest/skips-reporter.mjs'

// Set by tools/test.mjs, which reads the counts for its last line.
const full = process.env.HALE_FULL === '1'
const counts = process.env.HALE_TEST_COUNTS

/** What measures time on real processes, with the machine to itself: one file after the other. */
const alone = [
  'tests/**/*.test.ts',
  'examples/**/*.test.ts',
  'packages/**/src/{server,shutdown}/**/*.test.ts',
]
/** What builds, installs or browses and measures nothing: two at a time, where they disturb no measurement. */
const building = [
  'tests/{example-next,example-service,examples,gates,install,nest,nest-11,openapi,page,reporters}.test.ts',
  'tests/cli-generate.test.ts',
  'tests/servers/*.test.ts',
]
/** What waits for real servers or computes: several at the same time. */
const together = ['packages/**/src/**/*.test.ts']
const workers = Math.max(2, availableParallelism() - 1)
const exclude = ['**/node_modules/**', '**/dist/**', 'bench/**']

export default defineConfig({
  resolve: { alias: sourceAliases(fileURLToPath(new URL('./packages/hale', import.meta.url))) },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: together,
          exclude: [...exclude, ...alone],
          maxWorkers: workers,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'building',
          include: building,
          exclude,
          maxWorkers: workers,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          exclude: [...exclude, ...building],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
    passWithNoTests: false,
    // Forks, not threads: tests stop servers, change signals' handlers and the working directory.
    pool: 'forks',
    testTimeout: 15_000,
    hookTimeout: 60_000,
    reporters: ['default', skipsReporter({ fail: full }), ...(counts ? [countsReporter(counts)] : [])],
    coverage: {
      enabled: full,
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.d.ts'],
      reporter: ['text-summary', 'html'],
      reportOnFailure: true,
      thresholds: { lines: 90, branches: 85 },
    },
  },
})
