import { Help } from 'commander'

/** A description in fewer columns than these is a tower of words; it goes below its term. */
const leastForDescription = 30
const indent = '      '

/** Commander's own layout where there is room for it, and descriptions below their terms where there is not. */
export function formatItem(term: string, termWidth: number, description: string, helper: Help): string {
  const columns = helper.helpWidth ?? 80
  if (description === '' || columns - termWidth - 4 >= leastForDescription)
    return Help.prototype.formatItem.call(helper, term, termWidth, description, helper)
  return `  ${term}\n${wrapped(description, columns, indent)}`
}

/** A text in lines that fit, each behind `prefix`. */
export function wrapped(text: string, columns: number, prefix = ''): string {
  const lines = narrow.boxWrap(text, Math.max(1, columns - prefix.length)).split('\n')
  return lines.map((line) => prefix + line).join('\n')
}

const narrow = Object.assign(new Help(), { minWidthToWrap: 1 })
