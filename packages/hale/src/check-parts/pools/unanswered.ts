const unanswered = new WeakMap<object, Set<() => boolean>>()

/**
 * Keeps a query of a check in mind until it is settled. `isLeft` tells whether its run is over while it still holds a
 * connection of the pool: whoever finds the pool full then knows that the server does not answer.
 */
export function rememberQuery(pool: object, query: PromiseLike<unknown>, isLeft: () => boolean): void {
  const queries = unanswered.get(pool) ?? new Set()
  unanswered.set(pool, queries)
  queries.add(isLeft)
  const forget = (): void => {
    queries.delete(isLeft)
  }
  query.then(forget, forget)
}

/** Whether queries of any check hold connections of the pool though their runs are over. */
export function hasUnanswered(pool: object): boolean {
  return [...(unanswered.get(pool) ?? [])].some((isLeft) => isLeft())
}
