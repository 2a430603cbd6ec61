// @ts-check
import { Child } from '../measure/child.mjs'
import { median } from '../measure/statistics.mjs'
import { goal } from '../report/goal.mjs'

const empty = { label: 'an empty module', modules: ['./empty-module.mjs'] }
const imports = [
  empty,
  { label: 'node:http', modules: ['node:http'] },
  { label: '**hale**', modules: ['hale'] },
  { label: '**hale** with `hale/node`', modules: ['hale', 'hale/node'] },
  { label: '@godaddy/terminus', modules: ['@godaddy/terminus'] },
  { label: 'lightship', modules: ['lightship'] },
  { label: 'fastify', modules: ['fastify'] },
  { label: 'fastify + under-pressure', modules: ['fastify', '@fastify/under-pressure'] },
  { label: '@nestjs/terminus with what it needs of Nest', modules: ['@nestjs/terminus'] },
]

/** @type {import('../report/table.mjs').Table} */
export const importCost = {
  name: 'import-cost',
  title: 'Import',
  about: `How long the import takes in a fresh process, over that of an empty module: what it adds to each
start. Files are in the page cache, as they are from the second start on.`,
  async measure(context) {
    const rounds = context.quick ? 3 : 15
    /** @type {number[][]} */
    const times = imports.map(() => [])
    for (let round = 0; round < rounds; round += 1) {
      if (round % 5 === 0) context.progress(`round ${round + 1} of ${rounds}`)
      for (const [index, { modules }] of imports.entries()) times[index]?.push(await importTime(modules))
    }
    const [base = NaN] = times.map(median)
    const results = imports.map(({ label }, index) => {
      const over = (times[index] ?? []).map((time) => time - base)
      return { label, median: median(over), range: [Math.min(...over), Math.max(...over)] }
    })
    return {
      columns: ['module', 'ms over an empty module', 'range'],
      rows: results
        .slice(1)
        .map(({ label, median, range }) => [
          label,
          median.toFixed(1),
          range.map((value) => value.toFixed(1)).join('–'),
        ]),
      goals: results
        .filter(({ label }) => label.includes('hale'))
        .map(({ label, median }) =>
          goal(`import of ${label}`, median, { atMost: 15, unit: ' ms', digits: 1 }),
        ),
    }
  },
}

/** @param {readonly string[]} modules */
async function importTime(modules) {
  const child = new Child('measure/import-probe.mjs', { arguments: modules })
  try {
    return /** @type {number} */ (await child.next())
  } finally {
    await child.stop()
  }
}
