// @ts-check
import { costOf, rangeOf, ratioOf } from '../measure/comparison.mjs'
import { measureRounds } from '../measure/rounds.mjs'
import { subject } from '../measure/subject.mjs'
import { goal } from '../report/goal.mjs'
import { checkingPeers, guardedNest, haleBodies } from './contenders.mjs'
import { paceOf, wholeSeconds } from './pace.mjs'
import { refreshMicros } from './refresh-cost.mjs'

/**
 * @typedef {object} Pair
 * @property {import('../measure/subject.mjs').Subject} one
 * @property {import('../measure/subject.mjs').Subject} many
 */

/** @type {import('../report/table.mjs').Table} */
export const manyChecks = {
  name: 'many-checks',
  title: 'Five hundred checks',
  about: `Readiness with 500 healthy checks beside readiness with one. A body that names 500 checks is
several hundred times longer than a status, and bytes cost time on every server: the bare servers send
hale's bodies from memory, and show what the bytes alone cost. Slices are a second
long here, so that each holds its share of the probe for which the checks run and the body is rendered; that
probe has a line of its own besides. Eight connections, since a peer may take
tens of milliseconds for one probe.`,
  async measure(context) {
    const pairs = await allPairs(context.quick)
    const subjects = pairs.flatMap(({ one, many }) => [one, many])
    const slices = context.quick ? { rounds: 8 } : { ...wholeSeconds, generations: 2 }
    const measured = await measureRounds(subjects, { ...paceOf(context), ...slices }, context, 8)
    const results = pairs.map(({ one }, index) => {
      const [few = [], plenty = []] = measured.slice(index * 2, index * 2 + 2)
      // The ratio of costs, so that more is dearer: the other way round than beside a baseline.
      const { median, min, max } = ratioOf(few, plenty)
      return {
        label: one.label,
        few,
        plenty,
        times: 1 / median,
        range: rangeOf({ min: 1 / max, max: 1 / min }),
      }
    })
    const [status, components, statusBytes, componentBytes] = results
    const refresh = await Promise.all([1, 500].map((checks) => refreshMicros(checks, context.quick ? 5 : 10)))
    if (!status || !components || !statusBytes || !componentBytes) throw new Error('Nothing was measured')
    return {
      columns: ['server', '1 check, CPU µs', '500 checks, CPU µs', 'times dearer', 'range'],
      rows: [
        ...results.map(({ label, few, plenty, times, range }) => [
          label,
          costOf(few).microsPerRequest.toFixed(1),
          costOf(plenty).microsPerRequest.toFixed(1),
          times.toFixed(2),
          range,
        ]),
        refreshRow(refresh),
      ],
      goals: [
        goal('body with the status alone, 500 checks to one', status.times, { atMost: 1.3 }),
        goal('body with every check, 500 checks to one', components.times, { atMost: 1.3 }),
        goal('the same over what its bytes cost a bare server', components.times / componentBytes.times, {
          atMost: 1.3,
        }),
      ],
    }
  },
}

/** @param {readonly number[]} micros with one check and with many */
function refreshRow([one = NaN, many = NaN]) {
  const label = '**hale**, the probe a second that runs the checks'
  return [label, one.toFixed(0), many.toFixed(0), (many / one).toFixed(2), '']
}

/**
 * @param {boolean} quick leaves out Nest, which takes longest and differs little between its platforms
 * @returns {Promise<Pair[]>}
 */
async function allPairs(quick) {
  const status = /** @type {const} */ ({ visibility: 'status' })
  const pair = (/** @type {(checks: number) => import('../measure/subject.mjs').Subject} */ make) => ({
    one: make(1),
    many: make(500),
  })
  const peers = quick
    ? checkingPeers('ready', {}, true).slice(0, 2)
    : [...checkingPeers('ready', {}, true), guardedNest({})]
  const peerPairs = peers.map((peer) =>
    pair((checks) => ({ ...peer, everyRounds: 8, scenario: { ...peer.scenario, checks } })),
  )
  return [
    pair((checks) => subject('**hale**, status alone', 'hale-serve', 'ready', { ...status, checks })),
    pair((checks) => subject('**hale**, every check in the body', 'hale-serve', 'ready', { checks })),
    await barePair('bare node:http, the status', status),
    await barePair('bare node:http, the bytes of every check', {}),
    ...peerPairs,
  ]
}

/**
 * @param {string} label
 * @param {import('../workload/scenario.mjs').Scenario} scenario
 * @returns {Promise<Pair>}
 */
async function barePair(label, scenario) {
  const [one, many] = [
    { ...(await haleBodies({ ...scenario, checks: 1 })), checks: 1 },
    { ...(await haleBodies({ ...scenario, checks: 500 })), checks: 500 },
  ]
  return { one: subject(label, 'bare-http', 'ready', one), many: subject(label, 'bare-http', 'ready', many) }
}
