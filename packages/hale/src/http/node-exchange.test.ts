import { describe, expect, it } from 'vitest'
import { answer, type HealthResponse } from './exchange.ts'
import { answerNode, type NodeResponse, send } from './node-exchange.ts'

interface Written extends NodeResponse {
  headersSent: boolean
  destroyed: boolean
  readonly calls: unknown[]
}

function response(): Written {
  const calls: unknown[] = []
  return {
    headersSent: false,
    destroyed: false,
    calls,
    writeHead: (status, headers) => calls.push({ status, headers }),
    end: (body) => calls.push(body),
    destroy: (error) => calls.push(error),
  }
}

const request = { url: '/health', headers: {} }
const ok = answer(200, 'text/plain', 'ok')
const sent = [{ status: 200, headers: ok.headers }, 'ok']

describe('send', () => {
  it('writes status, headers and body', () => {
    const to = response()
    send(to, ok)
    expect(to.calls).toEqual(sent)
  })

  it('does nothing when the client has gone', () => {
    const to = response()
    to.destroyed = true
    send(to, ok)
    expect(to.calls).toEqual([])
  })

  it('does nothing when somebody else has answered', () => {
    const to = response()
    to.headersSent = true
    send(to, ok)
    expect(to.calls).toEqual([])
  })
})

describe('answerNode', () => {
  it('sends an answer that is there before it returns', () => {
    const to = response()
    expect(answerNode(() => ok, request, to)).toBe(true)
    expect(to.calls).toEqual(sent)
  })

  it('sends an answer that comes later', async () => {
    const to = response()
    expect(answerNode(() => Promise.resolve(ok), request, to)).toBe(true)
    expect(to.calls).toEqual([])
    await Promise.resolve()
    expect(to.calls).toEqual(sent)
  })

  it('leaves the response alone when the path is nobody’s', () => {
    const to = response()
    expect(answerNode(() => undefined, request, to)).toBe(false)
    expect(to.calls).toEqual([])
  })

  it('drops a late answer to a client that has gone', async () => {
    const to = response()
    let resolve = (_late: HealthResponse): void => {}
    const late = new Promise<HealthResponse>((settle) => {
      resolve = settle
    })
    answerNode(() => late, request, to)
    to.destroyed = true
    resolve(ok)
    await late
    await Promise.resolve()
    expect(to.calls).toEqual([])
  })
})

it('destroys a response that somebody has made unable to answer, and hurts nobody else', () => {
  const thrown = new Error('wrapped')
  const destroyed: unknown[] = []
  const response = {
    headersSent: false,
    destroyed: false,
    writeHead: (): never => {
      throw thrown
    },
    end: () => {},
    destroy: (error?: Error) => destroyed.push(error),
  }
  expect(() => send(response, { status: 200, headers: {}, body: '' })).not.toThrow()
  expect(destroyed).toEqual([thrown])
})
