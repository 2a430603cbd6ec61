// @ts-check
import { subject } from '../measure/subject.mjs'
import { measureAgainstBare } from './against-bare.mjs'
import { bareAndHale, checkingPeers, guardedNest } from './contenders.mjs'
import { wholeSeconds } from './pace.mjs'

const scenario = { checks: 3 }

/** @type {import('../report/table.mjs').Table} */
export const warmReadiness = {
  name: 'warm-readiness',
  title: 'Readiness with three healthy checks',
  about: `The checks answer at once, so this is the cost of the library alone. hale keeps a result for a
second by default and renders the body once for it, and slices are a second long here, so that each holds
its share of that; most peers run all three checks for each probe.
Lightship has no checks: its readiness is a flag that the service sets.`,
  async measure(context) {
    const peers = [
      ...checkingPeers('ready', scenario, context.quick),
      guardedNest(scenario),
      subject('lightship (a flag, no checks)', 'lightship', 'ready'),
    ]
    return measureAgainstBare(await bareAndHale('ready', scenario), peers, context, wholeSeconds)
  },
}
