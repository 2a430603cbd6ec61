import { comment } from './comment.ts'

/** A key, its value, and the reason for it. */
export type UnitLine = readonly [key: string, value: string, reason?: string]

export interface UnitSection {
  readonly name: string
  readonly lines: readonly UnitLine[]
}

/** A unit file of systemd. */
export function unit(sections: readonly UnitSection[]): string {
  const texts = sections.map(({ name, lines }) => {
    const body = lines.map(
      ([key, value, reason]) => `${reason === undefined ? '' : comment(reason)}${key}=${value}\n`,
    )
    return `[${name}]\n${body.join('')}`
  })
  return texts.join('\n')
}
