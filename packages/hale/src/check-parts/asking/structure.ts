/** Whether something is an object or a function that has these methods: how clients are known. */
export function hasMethod(value: unknown, ...names: readonly string[]): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return isSo(() =>
    names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function'),
  )
}

/** The answer to a question about the structure of whatever was given: no, where a getter or a proxy throws at it. */
export function isSo(question: () => boolean): boolean {
  try {
    return question()
  } catch {
    return false
  }
}
