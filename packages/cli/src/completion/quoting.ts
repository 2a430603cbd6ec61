/** One word of a shell, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** Both names of an option. */
export function flagsOf({
  short,
  long,
}: {
  readonly short?: string
  readonly long?: string
}): readonly string[] {
  return [short, long].filter((flag) => flag !== undefined)
}
