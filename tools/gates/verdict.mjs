// @ts-check

/**
 * What a gate found. A gate is a function from the root of a tree, this one unless told otherwise, to a verdict.
 *
 * @typedef {object} Verdict
 * @property {number} seen how many things were looked at
 * @property {string} unit what they are called, e.g. `modules`
 * @property {readonly string[]} problems empty when the gate is passed
 *
 * @typedef {(root?: string) => Promise<Verdict>} Gate
 */

/**
 * A gate that looked at nothing has proved nothing: that is a problem like any other.
 *
 * @param {number} seen
 * @param {string} unit
 * @param {readonly string[]} problems
 * @returns {Verdict}
 */
export function verdict(seen, unit, problems) {
  return {
    seen,
    unit,
    problems: seen > 0 ? problems : [`saw no ${unit}: an empty gate proves nothing`, ...problems],
  }
}
