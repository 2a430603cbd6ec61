import { AsyncLocalStorage, createHook } from 'node:async_hooks'

// What Node calls the resources that are I/O or the way to it. Promises and ticks are not.
const harmless = new Set([
  'PROMISE',
  'TickObject',
  'Microtask',
  'Immediate',
  'AsyncLocalStorage',
  'AsyncResource',
])

/**
 * Calls a function and names the asynchronous resources (sockets, look-ups, files, timers) that it creates, at once
 * or within the next turns of the event loop. What others create meanwhile is not counted.
 */
export async function resourcesCreatedBy(work: () => void): Promise<readonly string[]> {
  const inside = new AsyncLocalStorage<true>()
  const created = new Set<string>()
  const hook = createHook({
    init(_id, type) {
      if (inside.getStore() && !harmless.has(type)) created.add(type)
    },
  })
  hook.enable()
  try {
    inside.run(true, work)
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
  } finally {
    hook.disable()
    inside.disable()
  }
  return [...created]
}
