/** `200`, `200,301`, `200-399`, AWS's way; nothing where it cannot be read. */
export function statusesAccepted(text: string): { accepts?(status: number): boolean } {
  const ranges = text.split(',').map((part) => /^\s*(\d{3})(?:\s*-\s*(\d{3}))?\s*$/.exec(part))
  if (ranges.some((range) => range === null)) return {}
  return {
    accepts: (status) =>
      ranges.some((range) => {
        const [, first, last = first] = range ?? []
        return status >= Number(first) && status <= Number(last)
      }),
  }
}
