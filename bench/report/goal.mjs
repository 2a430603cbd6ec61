// @ts-check

/**
 * @typedef {object} Goal
 * @property {string} text
 * @property {string} measured
 * @property {boolean} met
 */

/**
 * @typedef {{ unit?: string, digits?: number } & ({ atLeast: number } | { atMost: number })} Rule
 */

/**
 * @param {string} what
 * @param {number} measured
 * @param {Rule} rule
 * @returns {Goal}
 */
export function goal(what, measured, rule) {
  const write = (/** @type {number} */ value) => `${value.toFixed(rule.digits ?? 2)}${rule.unit ?? ''}`
  const [sign, limit, met] =
    'atLeast' in rule
      ? ['≥', rule.atLeast, measured >= rule.atLeast]
      : ['≤', rule.atMost, measured <= rule.atMost]
  return { text: `${what} ${sign} ${write(limit)}`, measured: write(measured), met }
}
