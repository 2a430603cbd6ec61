import { kindOf } from '../../errors/problems.ts'
import { isSo } from './structure.ts'

/** What was given in place of a function, where a class is not meant. */
export function kindGiven(value: unknown): string {
  return typeof value === 'function' && !isCallable(value) ? 'a class' : kindOf(value)
}

/**
 * Whether it is a function and no class: calling a class throws, and would do so only at the first probe. One compiled
 * to a function is known by what its instances have.
 */
export function isCallable(value: unknown): value is (...parameters: readonly unknown[]) => unknown {
  return typeof value === 'function' && !isSo(() => isClass(value))
}

function isClass(value: object): boolean {
  if (/^class\b/.test(Function.prototype.toString.call(value))) return true
  // Looked at rather than read, since a getter may want an instance. The last is what every object has.
  let { value: held }: { value?: unknown } = Object.getOwnPropertyDescriptor(value, 'prototype') ?? {}
  while (typeof held === 'object' && held !== null) {
    const next: unknown = Object.getPrototypeOf(held)
    if (next !== null && Reflect.ownKeys(held).some((key) => key !== 'constructor')) return true
    held = next
  }
  return false
}
