// @ts-check
import { setTimeout as delay } from 'node:timers/promises'
import { scenario } from './scenario.mjs'

let runs = 0
let hangs = false
/**
 * What a client library keeps of queries without an answer. Nothing else refers to them, and without this
 * the collector would free a hung probe, which no real driver allows.
 *
 * @type {Array<(value: unknown) => void>}
 */
const unanswered = []

/** How often any question was asked since the process began. */
export const questionRuns = () => runs

/** @type {Record<NonNullable<import('./scenario.mjs').Scenario['kind']>, () => Promise<unknown>>} */
const behaviours = {
  instant: async () => {},
  slow: () => delay(scenario.delayMs ?? 20),
  hanging: async () => {
    if (hangs) await new Promise((resolve) => unanswered.push(resolve))
  },
}

/** From now on a hanging question never settles: a service starts well and loses its database later. */
export function hang() {
  hangs = true
}

const behave = behaviours[scenario.kind ?? 'instant']

/** @returns {Promise<void>} */
async function ask() {
  runs += 1
  await behave()
}

const wellKnown = ['database', 'cache', 'payments']

/**
 * The questions that readiness asks, by name: the same work behind every server under test.
 *
 * @type {ReadonlyArray<readonly [name: string, ask: () => Promise<void>]>}
 */
export const questions = Array.from({ length: scenario.checks ?? 0 }, (_, index) => [
  wellKnown[index] ?? `dependency-${index + 1}`,
  ask,
])
