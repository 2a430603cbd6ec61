// @ts-check
import { costOf, rangeOf, ratioOf } from '../measure/comparison.mjs'
import { measureRounds } from '../measure/rounds.mjs'
import { subject } from '../measure/subject.mjs'
import { goal } from '../report/goal.mjs'
import { haleBodies } from './contenders.mjs'
import { paceOf, wholeSeconds } from './pace.mjs'

/** @typedef {NonNullable<import('../workload/scenario.mjs').Scenario['framework']>} Framework */

/** @type {ReadonlyArray<readonly [framework: Framework, label: string]>} */
const frameworks = [
  ['express', 'Express 5'],
  ['fastify', 'Fastify 5'],
  ['koa', 'Koa 3'],
  ['hono', 'Hono 4, on @hono/node-server'],
  ['hapi', 'hapi 21'],
  ['nestExpress', 'Nest 12 on Express'],
  ['nestFastify', 'Nest 12 on Fastify'],
  ['fetch', '`healthFetch`, on @hono/node-server'],
]

const checks = 3

/** @type {import('../report/table.mjs').Table} */
export const frameworksTable = {
  name: 'frameworks',
  title: 'In each framework',
  about: `hale's adapter beside a route of the same framework that answers with a string of the same content, made
once. A ratio of 1 is the cost of that route; below 1 is dearer. The bare route is measured twice, in two processes:
by as much as the second differs from 1, other figures of the line may differ for no reason. "With all headers" is
the bare route that also says \`no-store\`, \`nosniff\` and \`Vary\`, as an answer to probes should and hale's do.`,
  async measure(context) {
    const bodies = await haleBodies({ checks })
    const rows = []
    const goals = []
    for (const [framework, label] of frameworks) {
      context.progress(label)
      const samples = await measureFramework(framework, bodies, context)
      const [bareLive = [], again = [], allHeaders = [], bareReady = [], live = [], ready = []] = samples
      const ratios = [ratioOf(bareLive, live), ratioOf(bareReady, ready)]
      rows.push([
        label,
        costOf(bareLive).microsPerRequest.toFixed(1),
        ratioOf(bareLive, again).median.toFixed(2),
        ratioOf(bareLive, allHeaders).median.toFixed(2),
        ...ratios.flatMap((ratio) => [ratio.median.toFixed(2), rangeOf(ratio)]),
      ])
      for (const [index, probe] of ['liveness', 'readiness'].entries())
        goals.push(goal(`${label}, ${probe}`, ratios[index]?.median ?? 0, { atLeast: 0.95 }))
    }
    return {
      columns: [
        'framework',
        'bare, CPU µs',
        'bare again',
        'with all headers',
        'liveness',
        'range',
        'readiness',
        'range',
      ],
      rows,
      goals,
    }
  },
}

/**
 * @param {Framework} framework
 * @param {{ liveBody: string, readyBody: string }} bodies
 * @param {import('../report/table.mjs').Context} context
 */
async function measureFramework(framework, bodies, context) {
  // hale/nest must find the bench's Nest, not that of the tree which the link to hale leads to.
  const nodeFlags = ['--preserve-symlinks']
  // A process each: one that answers for two subjects would be warmer than one that answers for one.
  const of = (
    /** @type {'live' | 'ready'} */ probe,
    /** @type {boolean} */ withHale,
    /** @type {string} */ instance = probe,
  ) => {
    const bare = { framework, ...bodies, ...(instance === 'headers' && { sameHeaders: true }) }
    const scenario = withHale ? { framework, withHale, checks } : bare
    const label = `${framework}, ${withHale ? 'hale' : 'bare'}`
    return { ...subject(label, 'framework', probe, scenario), nodeFlags, instance }
  }
  const measure = (/** @type {ReturnType<typeof of>[]} */ subjects, /** @type {{}} */ slower) =>
    measureRounds(
      subjects,
      // Also in a quick run: frameworks have much to compile.
      { ...paceOf(context, slower), warmUpRequests: 8000, warmUpMs: 1200 },
      { ...context, progress: () => {} },
    )
  const [bareLive, again, allHeaders, live] = await measure(
    [of('live', false), of('live', false, 'again'), of('live', false, 'headers'), of('live', true)],
    // One process may have better luck than another by a tenth: many of them, rather than long.
    { generations: 8, rounds: 12, sliceMs: 40 },
  )
  // The checks run again once a second: slices of milliseconds would hold far more of that than their share.
  const [bareReady, ready] = await measure([of('ready', false), of('ready', true)], {
    ...wholeSeconds,
    generations: 6,
    rounds: 2,
  })
  return [bareLive, again, allHeaders, bareReady, live, ready]
}
