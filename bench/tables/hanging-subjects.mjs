// @ts-check
import { subject } from '../measure/subject.mjs'
import { checkingPeers, guardedNest } from './contenders.mjs'

/** @type {import('../workload/scenario.mjs').Scenario} */
const scenario = { checks: 1, kind: 'hanging' }

/**
 * Servers whose one check will hang. Each is as its documentation shows it, hale and Nest also with other
 * timeouts.
 *
 * @param {boolean} quick
 */
export function hangingSubjects(quick) {
  const slow = { ...scenario, checkOptions: { timeoutMs: 5000 } }
  return [
    subject('**hale**, as it is', 'hale-serve', 'ready', scenario),
    subject('**hale**, the check may take 5 s', 'hale-serve', 'ready', slow),
    ...checkingPeers('ready', scenario, quick),
    guardedNest(scenario),
  ]
}
