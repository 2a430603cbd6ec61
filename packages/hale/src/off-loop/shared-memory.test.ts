import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import ts from 'typescript'
import { afterEach, describe, expect, it } from 'vitest'
import { mostStateBytes, SharedMemory } from './shared-memory.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

/** Another thread with this module, transpiled because a thread cannot load TypeScript. */
function thread(memory: SharedMemory, body: string): Worker {
  const source = readFileSync(new URL('./shared-memory.ts', import.meta.url), 'utf8')
  const options = { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } }
  const { outputText } = ts.transpileModule(source, options)
  const code = `${outputText}
import { parentPort, workerData } from 'node:worker_threads'
const memory = new SharedMemory(workerData)
${body}`
  const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`)
  const worker = new Worker(url, { workerData: memory.buffer })
  opened.push(() => worker.terminate())
  return worker
}

describe('states', () => {
  it('are read as they were written, the last one', () => {
    const memory = new SharedMemory()
    expect(memory.read()).toBeUndefined()
    for (const text of ['one', 'two: \u{1f600}', '', 'a longer one'.repeat(1000), 'short']) {
      expect(memory.write(text)).toBe(true)
      expect(memory.read()).toEqual({ sequence: memory.sequence, text })
    }
  })

  it('change the sequence, so that nobody reads one twice', () => {
    const memory = new SharedMemory()
    const seen = new Set([memory.sequence])
    for (let count = 0; count < 5; count++) {
      memory.write('state')
      seen.add(memory.sequence)
    }
    expect(seen.size).toBe(6)
  })

  it('that are too long are refused, and the last one stays', () => {
    const memory = new SharedMemory()
    memory.write('short')
    expect(memory.write('\u00e9'.repeat(mostStateBytes / 2 + 1))).toBe(false)
    expect(memory.read()?.text).toBe('short')
    expect(memory.write('\u00e9'.repeat(mostStateBytes / 2))).toBe(true)
  })

  it('go on being read when the number of writes wraps', () => {
    const memory = new SharedMemory()
    new Int32Array(memory.buffer)[0] = -4
    for (let count = 0; count < 6; count++) {
      memory.write(`state ${count}`)
      if (memory.sequence !== 0) expect(memory.read()?.text).toBe(`state ${count}`)
    }
  })

  it('are never torn, however fast another thread writes', async () => {
    const memory = new SharedMemory()
    // Each is one letter throughout, of a length that goes with the letter.
    const writer = thread(
      memory,
      `for (let count = 0; ; count++) memory.write(String.fromCharCode(97 + count % 26).repeat(1 + (count % 26) * 3000))`,
    )
    await new Promise((resolve) => writer.once('online', resolve))
    const begun = performance.now()
    const letters = new Set<string>()
    let reads = 0
    // Where both threads share a processor each has long turns, and few letters come by.
    const isEnough = (): boolean => {
      const tookMs = performance.now() - begun
      return tookMs > 10_000 || (tookMs > 1500 && letters.size > 20 && reads > 500)
    }
    while (!isEnough()) {
      const read = memory.read()
      if (read === undefined) continue
      const [letter = ''] = read.text
      const expected = 1 + (letter.charCodeAt(0) - 97) * 3000
      if (read.text.length !== expected || read.text !== letter.repeat(expected)) {
        throw new Error(`torn: ${read.text.length} characters that begin with ${letter}, not ${expected}`)
      }
      letters.add(letter)
      reads++
    }
    expect(letters.size).toBeGreaterThan(20)
    expect(reads).toBeGreaterThan(500)
  })

  it('are read while a writer stands still in the midst of writing', () => {
    const memory = new SharedMemory()
    memory.write('whole')
    // What a main thread leaves that was stopped between the two halves of a write.
    Atomics.add(new Int32Array(memory.buffer), 0, 1)
    expect(memory.read()?.text).toBe('whole')
  })
})

describe('the beat', () => {
  it('is seen by another thread to a thousandth of a millisecond', async () => {
    const memory = new SharedMemory()
    memory.beat(123_456_789.123)
    memory.figures = { delayMs: 12.5, utilization: 0.4321 }
    const reader = thread(memory, 'parentPort.postMessage([memory.lastBeatMs, memory.figures])')
    const seen = await new Promise((resolve) => reader.once('message', resolve))
    expect(seen).toEqual([123_456_789.123, { delayMs: 12.5, utilization: 0.4321 }])
  })
})
