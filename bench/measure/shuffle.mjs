// @ts-check

/**
 * A reproducible shuffler. Turns in a fixed or mirrored order favour whoever follows a light neighbour or
 * itself: the processor's caches are still warm.
 *
 * @returns {<T>(items: readonly T[]) => T[]}
 */
export function createShuffle() {
  let state = 42
  const below = (/** @type {number} */ limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  return (items) => {
    const rest = [...items]
    return items.flatMap(() => rest.splice(below(rest.length), 1))
  }
}
