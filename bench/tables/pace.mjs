// @ts-check

/**
 * Slices of a few dozen milliseconds in many rounds: what disturbs a shared machine comes and goes within a
 * second, so the subjects of a round meet about the same of it.
 *
 * @param {import('../report/table.mjs').Context} context
 * @param {Partial<import('../measure/rounds.mjs').Pace>} [slower] for servers that answer little in that time
 * @returns {import('../measure/rounds.mjs').Pace}
 */
export function paceOf({ quick }, slower = {}) {
  const pace = quick
    ? { generations: 1, rounds: 16, sliceMs: 25, warmUpRequests: 1500, warmUpMs: 300 }
    : { generations: 4, rounds: 60, sliceMs: 30, warmUpRequests: 8000, warmUpMs: 1200 }
  return quick ? pace : { ...pace, ...slower }
}

/** For what happens once a second, such as a result that ages: each slice then holds its share of it. */
export const wholeSeconds = { generations: 4, rounds: 6, sliceMs: 1000 }
