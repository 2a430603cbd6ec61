import { describe, expect, it } from 'vitest'
import type { CheckContext } from '../core/check.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { definitionOf, HealthIndicator, indicatorsOf } from './health-indicator.ts'

class Orders {
  static answers() {}
  answers() {}
  slow({ signal }: CheckContext) {
    return signal
  }
  find(id: string) {
    return id
  }
  get size() {
    return 1
  }
}

function descriptorOf<K extends keyof Orders>(key: K): TypedPropertyDescriptor<Orders[K]> {
  return Object.getOwnPropertyDescriptor(Orders.prototype, key) as TypedPropertyDescriptor<Orders[K]>
}

describe('HealthIndicator', () => {
  it('takes methods that are check functions, and refuses others when they are compiled', () => {
    HealthIndicator('orders')(Orders.prototype, 'answers', descriptorOf('answers'))
    HealthIndicator('slow', { timeoutMs: 5000 })(Orders.prototype, 'slow', descriptorOf('slow'))
    // @ts-expect-error: a check is given a context, not an identifier
    const wrong = () => HealthIndicator('find')(Orders.prototype, 'find', descriptorOf('find'))
    expect(wrong).toBeTypeOf('function')
    expect(indicatorsOf(Orders.prototype).map(({ name }) => name)).toEqual(['orders', 'slow'])
    // @ts-expect-error: what looks outward does not belong to liveness
    HealthIndicator('orders', { probes: ['liveness'] })
    HealthIndicator('orders', { kind: 'self', probes: ['liveness'] })
  })

  it('refuses static members, accessors, and decorators of the other kind', () => {
    const { answers } = Orders
    const decorator = HealthIndicator('orders') as (...args: unknown[]) => void
    for (const args of [
      [Orders, 'answers', { value: answers }],
      [Orders.prototype, 'size', descriptorOf('size')],
      [Orders.prototype, 'unknown', undefined],
      [answers, { kind: 'method', name: 'answers' }],
    ]) {
      expect(() => decorator(...args)).toThrow(ConfigurationError)
      expect(() => decorator(...args)).toThrow(/expected a method of instances, got .*experimentalDecorators/)
    }
  })

  it('lets a class decorate again what it inherits', () => {
    class Base {
      answers() {}
    }
    class Derived extends Base {}
    const descriptor = Object.getOwnPropertyDescriptor(Base.prototype, 'answers')
    HealthIndicator('base')(Base.prototype, 'answers', descriptor ?? {})
    HealthIndicator('derived')(Derived.prototype, 'answers', descriptor ?? {})
    expect(indicatorsOf(Derived.prototype)).toEqual([{ key: 'answers', name: 'derived', options: {} }])
    expect(indicatorsOf(Base.prototype)).toMatchObject([{ name: 'base' }])
    expect(indicatorsOf(undefined)).toEqual([])
  })

  it('stands for a check of its kind, with its options', () => {
    const of = (options: object) => definitionOf({ key: 'a', name: 'a', options }, () => {})
    expect(of({ timeoutMs: 5 })).toMatchObject({ kind: 'dependency', options: { timeoutMs: 5 } })
    expect(of({ kind: 'self', probes: ['liveness'] })).toMatchObject({
      kind: 'self',
      options: { probes: ['liveness'] },
    })
    expect(of({ kind: 'inner' }).problems).toEqual([expect.stringContaining('kind: expected')])
  })
})
