/** Whether a text holds a match: without `g` and `y`, which would make every other search begin where the last ended. */
export function matches(given: RegExp): (text: string) => boolean {
  const pattern = new RegExp(given.source, given.flags.replace(/[gy]/g, ''))
  return (text) => pattern.test(text)
}
