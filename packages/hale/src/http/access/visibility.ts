import { terser, type Visibility, visibilities } from '../../core/group-settings.ts'
import { ignoreRejection } from '../../errors/ignore-rejection.ts'
import type { HealthRequest } from '../exchange.ts'
import { bearerToken, sameSecret } from './secret.ts'

/** How much is shown, and to whom. */
export interface VisibilitySettings {
  readonly visibility: Visibility | ((request: HealthRequest) => Visibility) | undefined
  /** A bearer token, and the level that it raises to. */
  readonly token: { readonly value: string; readonly visibility: Visibility } | undefined
}

/** Decides how much a request is shown. */
export class VisibilityPolicy {
  readonly #floor: Visibility
  readonly #ceiling: Visibility
  readonly #ofRequest: ((request: HealthRequest) => Visibility) | undefined
  readonly #token: VisibilitySettings['token']

  constructor({ visibility, token }: VisibilitySettings) {
    this.#ofRequest = typeof visibility === 'function' ? visibility : undefined
    // With a function, what it returns is all that a stranger gets: nothing more by default.
    this.#floor = typeof visibility === 'function' ? 'status' : (visibility ?? 'components')
    this.#ceiling = typeof visibility === 'string' ? visibility : 'debug'
    this.#token = token
  }

  /** The level for this request to a group, which may have a level of its own. */
  of(request: HealthRequest, ofGroup: Visibility | undefined): Visibility {
    const base = this.ofStranger(ofGroup)
    if (this.#ofRequest === undefined && this.#token === undefined) return base
    return higher(base, this.raised(request))
  }

  /** The level for this request to what shows several groups: the tersest of theirs. */
  ofAll(request: HealthRequest, ofGroups: readonly (Visibility | undefined)[]): Visibility {
    const levels = ofGroups.map((ofGroup) => this.ofStranger(ofGroup))
    return higher(
      levels.reduce((a, b) => terser(a, b)),
      this.raised(request),
    )
  }

  /** The level for whoever is not known. */
  ofStranger(ofGroup: Visibility | undefined): Visibility {
    return ofGroup === undefined ? this.#floor : terser(ofGroup, this.#ceiling)
  }

  /** The level that a request has by itself, whatever it asks for; `'status'` for a stranger. */
  raised(request: HealthRequest): Visibility {
    return higher(this.#asked(request), this.#authorised(request))
  }

  #asked(request: HealthRequest): Visibility {
    try {
      const level = this.#ofRequest?.(request)
      ignoreRejection(level)
      return level !== undefined && visibilities.includes(level) ? level : 'status'
    } catch {
      // Whoever cannot be judged is a stranger; a probe never fails over it.
      return 'status'
    }
  }

  #authorised(request: HealthRequest): Visibility {
    if (this.#token === undefined) return 'status'
    const presented = bearerToken(request)
    return presented !== undefined && sameSecret(presented, this.#token.value)
      ? this.#token.visibility
      : 'status'
  }
}

function higher(a: Visibility, b: Visibility): Visibility {
  return visibilities.indexOf(a) >= visibilities.indexOf(b) ? a : b
}
