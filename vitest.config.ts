import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { countsReporter } from './tools/vitest/counts-reporter.mjs'
import { sourceAliases } from './tools/vitest/hale-source.mjs'
import { LongestFirst } from './tools/vitest/longest-first.mjs'
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
/** What builds, installs, starts or browses and measures nothing: two at a time, disturbing no measurement. */
const building = [
  'tests/{adapters,example-fastify,example-next,example-service,examples,gates,install,nest,nest-11}.test.ts',
  'tests/{nest-shutdown,openapi,page,reporters,runtimes}.test.ts',
  'tests/{circuit-shown,cli-doctor,cli-generate,formats-docs}.test.ts',
  'tests/servers/*.test.ts',
]
/**
 * What is nothing but code of this project: a hundred small files, of which most take less time than a process of their
 * own takes to start. Not what loads frameworks: some of them replace what is global.
 */
const units = [
  'packages/hale/src/{core,errors,http,mirror}/**/*.test.ts',
  'packages/cli/src/{command,completion,definition,doctor,endpoint,generate,profile}/**/*.test.ts',
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
          name: 'units',
          include: units,
          exclude,
          maxWorkers: workers,
          // One process runs many files. What one would leave to the next fails it: see the set-up.
          isolate: false,
          restoreMocks: true,
          unstubGlobals: true,
          unstubEnvs: true,
          setupFiles: ['tools/vitest/leaves-nothing.mjs'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'together',
          include: together,
          exclude: [...exclude, ...alone, ...units],
          maxWorkers: workers,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'building',
          include: building,
          exclude,
          maxWorkers: workers,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          exclude: [...exclude, ...building],
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
    sequence: { sequencer: LongestFirst },
    passWithNoTests: false,
    // Forks, not threads: tests stop servers, change signals' handlers and the working directory.
    pool: 'forks',
    testTimeout: 15_000,
    hookTimeout: 60_000,
    // What is waited for is no bound, and a busy machine takes longer than the second that vitest allows.
    expect: { poll: { timeout: 10_000, interval: 20 } },
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
