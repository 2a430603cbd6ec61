// @ts-check
import { basename } from 'node:path'
import { BaseSequencer } from 'vitest/node'

/** What takes longest, the longest first: last, it would leave the other processors idle while it runs. */
const LONG = [
  'example-next.test.ts',
  'page.test.ts',
  'example-service.test.ts',
  'openapi.test.ts',
  'gates.test.ts',
  'cluster.test.ts',
]

/** Vitest knows durations from its cache alone, which a fresh clone does not have. */
export class LongestFirst extends BaseSequencer {
  /**
   * @override
   * @param {import('vitest/node').TestSpecification[]} files
   */
  async sort(files) {
    const rank = (/** @type {import('vitest/node').TestSpecification} */ { moduleId }) => {
      const index = LONG.indexOf(basename(moduleId))
      return index < 0 ? LONG.length : index
    }
    const sorted = await super.sort(files)
    return sorted.sort((a, b) => rank(a) - rank(b))
  }
}
