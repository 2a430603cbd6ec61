import type { ServiceProfile } from '../../profile/service-profile.ts'
import { because, type Tree } from '../text/reasoned.ts'

/** The image, or a place for it with the reason why it is none. */
export function imageOf({ name, version, image }: ServiceProfile): Tree {
  if (image !== undefined) return image
  // What a tag may have: a version of semver may have a `+`.
  const tag = version
    ?.replace(/[^\w.-]/g, '_')
    .slice(0, 128)
    .replace(/^[.-]+/, '')
  return because(`${name}:${tag || '0.0.0'}`, 'Not known: put your image here, or give --image.')
}
