// @ts-check
import { readFileSync } from 'node:fs'
import { sizeBudget } from '../../tools/size-budget.mjs'
import { packageSize } from '../measure/package-size.mjs'
import { goal } from '../report/goal.mjs'

const names = ['hale', '@godaddy/terminus', '@nestjs/terminus', '@fastify/under-pressure', 'lightship']

/** @type {import('../report/table.mjs').Table} */
export const sizes = {
  name: 'package-size',
  title: 'Size',
  about: `Packed is what npm downloads for the package itself; installed is its files with those of its
dependencies. Frameworks that a package expects to find (Nest, Fastify) are not counted, except where it
brings them itself.`,
  async measure() {
    const results = await Promise.all(names.map(async (name) => ({ name, ...(await packageSize(name)) })))
    const [hale] = results
    if (hale === undefined) throw new Error('Nothing was measured')
    const manifest = readFileSync(new URL('../../packages/hale/package.json', import.meta.url), 'utf8')
    const { mostBytes, subPaths } = sizeBudget(JSON.parse(manifest))
    return {
      columns: ['package', 'packed kB', 'installed kB', 'packages'],
      rows: results.map(({ name, packedBytes, installedBytes, packages }) => [
        name === 'hale' ? '**hale**' : name,
        kilobytes(packedBytes).toFixed(1),
        kilobytes(installedBytes).toFixed(0),
        String(packages),
      ]),
      goals: [
        goal(`hale, packed, for ${subPaths} sub-paths`, kilobytes(hale.packedBytes), {
          atMost: kilobytes(mostBytes),
          unit: ' kB',
          digits: 1,
        }),
      ],
    }
  },
}

const kilobytes = (/** @type {number} */ bytes) => bytes / 1000
