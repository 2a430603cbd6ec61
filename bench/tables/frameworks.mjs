// @ts-check
import { costOf, rangeOf, ratioOf } from '../measure/comparison.mjs'
import { measureRounds } from '../measure/rounds.mjs'
import { subject } from '../measure/subject.mjs'
import { goal } from '../report/goal.mjs'
import { haleBodies } from './contenders.mjs'
import { paceOf } from './pace.mjs'

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
  about: `hale's adapter beside routes of the same framework that answer with a string of the same content, made
once. A ratio of 1 is the cost of that route; below 1 is dearer. The goals are of the route that answers with the same
headers too (\`no-store\`, \`nosniff\` and \`Vary\`, as an answer to probes should have), which is what an adapter may be
compared with; beside it the ratio to a plain route, with a \`Content-Type\` alone. The plain route is measured twice, in
two processes: by as much as the second differs from 1, other figures of the line may differ for no reason.`,
  async measure(context) {
    const bodies = await haleBodies({ checks })
    const rows = []
    const goals = []
    for (const [framework, label] of frameworks) {
      context.progress(label)
      const { live, ready } = await measureFramework(framework, bodies, context)
      rows.push([
        label,
        costOf(live.plain).microsPerRequest.toFixed(1),
        ratioOf(live.plain, live.again).median.toFixed(2),
        ratioOf(live.plain, live.same).median.toFixed(2),
        ...[live, ready].flatMap(({ plain, same, hale }) => {
          const ratio = ratioOf(same, hale)
          return [ratio.median.toFixed(2), rangeOf(ratio), ratioOf(plain, hale).median.toFixed(2)]
        }),
      ])
      for (const [probe, { same, hale }] of Object.entries({ liveness: live, readiness: ready }))
        goals.push(goal(`${label}, ${probe}`, ratioOf(same, hale).median, { atLeast: 0.95 }))
    }
    return {
      columns: [
        'framework',
        'plain, CPU µs',
        'plain again',
        'same headers',
        'liveness',
        'range',
        'of plain',
        'readiness',
        'range',
        'of plain',
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
  // One process may have better luck than another by a tenth: many of them, rather than long.
  const pace = { generations: 8, rounds: 12, sliceMs: 40 }
  const [plain = [], again = [], same = [], hale = []] = await measure(
    [of('live', false), of('live', false, 'again'), of('live', false, 'headers'), of('live', true)],
    pace,
  )
  // A fifth of a second for each of three: most of hale's slices hold the run of its checks, which comes once a
  // second, so medians count it, at more than its share. In whole seconds one set of processes differed from the next
  // by half, since what disturbs the machine then met one subject and not the other.
  const [plainReady = [], sameReady = [], haleReady = []] = await measure(
    [of('ready', false), of('ready', false, 'headers'), of('ready', true)],
    { ...pace, sliceMs: 200 },
  )
  return {
    live: { plain, again, same, hale },
    ready: { plain: plainReady, same: sameReady, hale: haleReady },
  }
}
