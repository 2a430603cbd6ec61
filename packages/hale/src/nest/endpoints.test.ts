import type { HttpAdapterHost } from '@nestjs/core'
import { describe, expect, it, vi } from 'vitest'
import { createHealth } from '../core/create-health.ts'
import { createHandler } from '../http/handle.ts'
import { serveEndpoints } from './endpoints.ts'

const handle = createHandler(createHealth({ checks: {} }))

function adapter() {
  return { use: vi.fn(), getType: () => 'express', getInstance: () => ({}) }
}

describe('the endpoints', () => {
  it('are put on a platform that is there, once', () => {
    const httpAdapter = adapter()
    const serve = serveEndpoints({ httpAdapter } as unknown as HttpAdapterHost, handle)
    serve()
    expect(httpAdapter.use).toHaveBeenCalledTimes(1)
  })

  it('are put on one that comes later, as in a testing module, at once', () => {
    let come = (): void => {}
    const host = {
      httpAdapter: undefined as ReturnType<typeof adapter> | undefined,
      init$: { subscribe: (listener: () => void) => (come = listener) },
    }
    const serve = serveEndpoints(host as unknown as HttpAdapterHost, handle)
    host.httpAdapter = adapter()
    come()
    serve()
    expect(host.httpAdapter.use).toHaveBeenCalledTimes(1)
  })

  it('are put on it by the first hook where nothing tells that it came', () => {
    const host: { httpAdapter?: ReturnType<typeof adapter> } = {}
    const serve = serveEndpoints(host as unknown as HttpAdapterHost, handle)
    host.httpAdapter = adapter()
    serve()
    expect(host.httpAdapter.use).toHaveBeenCalledTimes(1)
  })

  it('are nowhere in an application without HTTP', () => {
    const host = { httpAdapter: null, init$: { subscribe: (listener: () => void) => listener() } }
    expect(() => serveEndpoints(host as unknown as HttpAdapterHost, handle)()).not.toThrow()
  })
})
