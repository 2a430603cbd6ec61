import { terser, type Visibility, visibilities } from '../../core/group-settings.ts'
import type { VisibilitySettings } from '../access/visibility.ts'

/** The visibilities, from the tersest on, that some request or other to a group can be given. */
export function attainable(
  { visibility, token }: VisibilitySettings,
  ofGroup: Visibility | undefined,
): readonly Visibility[] {
  const byRequest = typeof visibility === 'function'
  const floor = byRequest ? 'status' : (visibility ?? 'components')
  const ceiling = typeof visibility === 'string' ? visibility : 'debug'
  const base = ofGroup === undefined ? floor : (terser(ofGroup, ceiling) as Visibility)
  const least = visibilities.indexOf(base)
  return visibilities.filter((level, index) => {
    if (index === least) return true
    return index > least && (byRequest || token?.visibility === level)
  })
}

/** The levels of several groups together. */
export function together(all: Iterable<readonly Visibility[]>): readonly Visibility[] {
  const found = new Set([...all].flat())
  return visibilities.filter((level) => found.has(level))
}
