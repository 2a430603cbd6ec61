import { type Visibility, visibilities } from '../../core/group-settings.ts'
import { VisibilityPolicy, type VisibilitySettings } from '../access/visibility.ts'

/** The visibilities, from the tersest on, that some request or other to a group can be given. */
export function attainable(
  settings: VisibilitySettings,
  ofGroup: Visibility | undefined,
): readonly Visibility[] {
  const { visibility, token } = settings
  const byRequest = typeof visibility === 'function'
  const least = visibilities.indexOf(new VisibilityPolicy(settings).ofStranger(ofGroup))
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
