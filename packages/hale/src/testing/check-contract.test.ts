import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import {
  type CheckContext,
  type CheckDefinition,
  check,
  type DependencyCheckOptions,
  heartbeat,
} from '../core/check.ts'
import { degraded, down, type Outcome, up } from '../core/outcome.ts'
import { type CheckContractSubject, type ContractFault, checkContract } from './check-contract.ts'
import { faults, withFaults } from './faults.ts'
import { threadTime } from './thread-time.ts'

const secret = 'planted-Secret-4711'

/** A subject in good order; a fault of its dependency is an error that holds the secret. */
function subject(overrides: Partial<CheckContractSubject> = {}): CheckContractSubject {
  const control = faults()
  return {
    create: () =>
      withFaults(
        check(() => up('well'), { timeoutMs: 60 }),
        control,
      ),
    secrets: [secret],
    faults: {
      failing: {
        inject: () => control.fail(new Error(`cannot reach ${secret}`)),
        heal: () => control.heal(),
      },
    },
    probes: 20,
    recoverWithinMs: 100,
    ...overrides,
  }
}

/** Runs every case and names those that failed, with why. */
async function failures(given: CheckContractSubject): Promise<Record<string, string>> {
  const failed: Record<string, string> = {}
  for (const { name, run } of checkContract(given)) {
    await run().catch((error: Error) => {
      failed[name] = error.message
    })
  }
  return failed
}

/** What is not this thread's fault is not judged. */
function computeFor(ms: number): void {
  const until = threadTime() + ms
  while (threadTime() < until);
}

/** A check that misbehaves while its dependency fails. */
function faulty(
  run: (context: CheckContext) => unknown,
  more: Partial<CheckContractSubject> = {},
  options: DependencyCheckOptions = {},
  expected?: ContractFault['expect'],
): CheckContractSubject {
  let broken = false
  const breaks = (value: boolean) => () => {
    broken = value
  }
  return subject({
    create: () => check((context) => (broken ? run(context) : up('well')), { timeoutMs: 60, ...options }),
    faults: { failing: { inject: breaks(true), heal: breaks(false), ...(expected && { expect: expected }) } },
    ...more,
  })
}

const failing = 'failing: is DOWN within its timeout, tells no secret, recovers'

describe('the contract of checks', () => {
  test('is kept by a check in good order', async () => {
    const names = checkContract(subject({ connections: () => 1 })).map(({ name }) => name)
    expect(names).toEqual([
      'makes its definition without I/O',
      'is UP while the dependency is well',
      'runs once for 50 concurrent probes',
      failing,
      'opens no connection per probe (20)',
    ])
    expect(await failures(subject({ connections: () => 1 }))).toEqual({})
  })

  test('is kept by a check that hangs until it is aborted, and by one that hangs for ever', async () => {
    const untilAborted = ({ signal }: CheckContext) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    expect(await failures(faulty(untilAborted))).toEqual({})
    const given = faulty(() => new Promise(() => {}), { recoverWithinMs: 5_000 }, { overlapAfterMs: 1_500 })
    expect(await failures(given)).toEqual({})
  })

  test('takes another status than DOWN, and a text', async () => {
    const expected = { status: 'DEGRADED', text: /^half$/ } as const
    expect(await failures(faulty(() => degraded('half'), {}, {}, expected))).toEqual({})
    const status = await failures(faulty(() => down('half'), {}, {}, 'DEGRADED'))
    expect(Object.values(status)).toEqual([expect.stringMatching(/^expected DEGRADED, got DOWN: half/)])
    const text = await failures(faulty(() => down('gone'), {}, {}, { text: 'connection refused' }))
    expect(text[failing]).toMatch(/connection refused/)
  })

  test.for<[string, CheckContractSubject, Record<string, RegExp>]>([
    [
      'shows its secret',
      faulty(() => down(`cannot reach ${secret}`)),
      { [failing]: /^the report shows secrets\[0\]/ },
    ],
    [
      'shows its secret encoded in its data',
      faulty(() => down('no', { authorization: btoa(`user:${secret}`) })),
      { [failing]: /^the report shows secrets\[0\]/ },
    ],
    ['stays UP', faulty(() => up('well')), { [failing]: /^expected DOWN, got UP: well/ }],
    [
      'blocks the event loop',
      faulty(() => {
        computeFor(250)
        return down('late')
      }),
      { [failing]: /^reported after \d+ ms; its timeout is 60 ms/ },
    ],
    [
      'keeps others from the event loop',
      faulty(() => {
        setTimeout(computeFor, 0, 250)
        return down('no')
      }),
      { [failing]: /^(another check of the same registry was not UP|reported after)/ },
    ],
    [
      'leaves a rejection unhandled',
      faulty(() => {
        void Promise.reject(new Error('lost'))
        return down('no')
      }),
      { [failing]: /nobody handled it/ },
    ],
  ])('finds a check that %s', { timeout: 60_000 }, async ([, given, expected]) => {
    const found = await failures(given)
    expect(Object.keys(found)).toEqual(Object.keys(expected))
    for (const [name, pattern] of Object.entries(expected)) expect(found[name]).toMatch(pattern)
  })

  test('lets an answer be late once, since the machine may be busy, but not always', async () => {
    const late = (times: number) => {
      let left = times
      return check(() => (left-- > 0 ? new Promise((resolve) => setTimeout(resolve, 300)) : up()), {
        timeoutMs: 60,
      })
    }
    const well = 'is UP while the dependency is well'
    const once = late(1)
    expect((await failures(subject({ create: () => once })))[well]).toBeUndefined()
    expect((await failures(subject({ create: () => late(9) })))[well]).toMatch(
      /got DOWN: timed out after 60 ms/,
    )
  })

  test('lets it be otherwise once after a while, since some part of it may have been late, but not always', async () => {
    const without = async (times: number): Promise<string | undefined> => {
      let left = times
      const part = async (): Promise<Outcome> => {
        if (left-- <= 0) return up()
        await new Promise((resolve) => setTimeout(resolve, 110))
        return down('1 of 2 up')
      }
      const definition = check(part, { timeoutMs: 500 })
      const [, isUp] = checkContract(subject({ create: () => definition }))
      return isUp?.run().then(
        () => undefined,
        (error: Error) => error.message,
      )
    }
    expect(await without(1)).toBeUndefined()
    expect(await without(9)).toBe('expected UP, got DOWN: 1 of 2 up')
  })

  test('finds a check that is never UP, or does not recover', async () => {
    const never = await failures(subject({ create: () => check(() => down('no')) }))
    expect(never['is UP while the dependency is well']).toMatch(/^expected UP, got DOWN: no/)
    expect(never[failing]).toMatch(/^not UP within 100 ms .* it is DOWN: no/)
    const lasting = await failures(subject({ heal: () => {}, faults: { failing: { inject: () => {} } } }))
    expect(lasting[failing]).toMatch(/^expected DOWN, got UP/)
    const stays = faulty(() => down('still'), { heal: () => {} })
    const { inject = () => {} } = stays.faults.failing ?? {}
    expect((await failures({ ...stays, faults: { failing: { inject } } }))[failing]).toMatch(
      /^not UP within 100 ms .* it is DOWN: still/,
    )
  })

  test('finds a check that connects once for each probe', async () => {
    let connections = 0
    const create = () => check(() => void connections++)
    const found = await failures(subject({ create, connections: () => connections }))
    expect(found['opens no connection per probe (20)']).toMatch(
      /^\d+ connections accepted before, \d+ after 2 probes/,
    )
  })

  test('finds a count of the connections that are open, not of those that have been accepted', async () => {
    let open = 2
    const broken = (count: number) => () => {
      open = count
    }
    const create = () => check(() => (open === 2 ? up() : down('no')))
    const given = { create, faults: { failing: { inject: broken(0), heal: broken(2) } } }
    for (const connections of [() => open, async () => open]) {
      const found = await failures(subject({ ...given, connections }))
      expect(found).toEqual({ [failing]: expect.stringMatching(/^subject\.connections fell from 2 to 0/) })
    }
    const silent = [() => Promise.reject(new Error('dead')), () => new Promise<number>(() => {})]
    for (const cannotTell of silent) {
      const connections = () => (open === 0 ? cannotTell() : 7)
      expect(await failures(subject({ ...given, connections }))).toEqual({})
    }
  })

  describe('measures the recovery of the check from that of its client', () => {
    /** A client that is back some uses after the fault has ended, and a check that is UP some runs later. */
    function recovering({
      uses = 0,
      runs = 0,
      ...options
    }: { uses?: number; runs?: number } & DependencyCheckOptions) {
      const left = { uses: 0, runs: 0 }
      const works = () => {
        if (left.uses-- > 0) throw new Error('not connected')
      }
      const run = () => (left.uses > 0 || left.runs-- > 0 ? down('no') : up('well'))
      const inject = () => {
        left.uses = Number.POSITIVE_INFINITY
      }
      const heal = () => {
        left.uses = uses
        left.runs = runs
      }
      return subject({
        create: () => check(run, { timeoutMs: 60, ...options }),
        faults: { failing: { inject, heal } },
        works,
      })
    }

    test.for<[string, CheckContractSubject]>([
      ['at once', recovering({})],
      ['with it, once it is', recovering({ uses: 3, maxAgeMs: { down: 100 } })],
      ['in the background', recovering({ uses: 1, intervalMs: 60_000 })],
      ['within one age, however long that is', recovering({ maxAgeMs: { down: 60_000 } })],
    ])('%s', async ([, given]) => {
      expect(await failures(given)).toEqual({})
    })

    test('and finds one that takes longer', async () => {
      const given = { ...recovering({ runs: 8, maxAgeMs: { down: 100 } }), recoverWithinMs: 2_000 }
      const found = await failures(given)
      expect(found[failing]).toMatch(/^not UP within 260 ms after the client works again; it is DOWN: no/)
    })

    test('and does not use the client of one that is UP by itself', async () => {
      let uses = 0
      expect(await failures({ ...recovering({ runs: 3 }), works: () => uses++ })).toEqual({})
      expect(uses).toBe(0)
    })

    test('and a client that stays away, or does not answer', async () => {
      const away = await failures({
        ...recovering({ uses: 1e9, maxAgeMs: { down: 100 } }),
        recoverWithinMs: 60,
      })
      expect(away[failing]).toMatch(/^subject\.works did not resolve within 60 ms/)
      let uses = 0
      const { works = () => {}, ...given } = recovering({ uses: 1, maxAgeMs: { down: 100 } })
      const late = () => (uses++ === 0 ? new Promise(() => {}) : works())
      expect(await failures({ ...given, works: late, recoverWithinMs: 2_000 })).toEqual({})
      expect(uses).toBe(3)
    })
  })

  describe('counts the questions that the dependency is asked', () => {
    const sparing = 'asks once per age of a result, however often it is probed'

    /** A dependency that is asked by `run`, and counts. */
    function counted(run: (ask: (times?: number) => void) => unknown, options: DependencyCheckOptions = {}) {
      let questions = 0
      const ask = (times = 1): void => {
        questions += times
      }
      return subject({ create: () => check(() => run(ask), options), questions: () => questions })
    }

    test.for<[string, CheckContractSubject]>([
      ['asks once', counted((ask) => ask())],
      ['is served for longer', counted((ask) => ask(), { maxAgeMs: { up: 60_000 } })],
      ['runs in the background', counted((ask) => ask(), { intervalMs: 30_000 })],
      ['is counted by bytes', counted((ask) => ask(40))],
    ])('of a check that %s', async ([, given]) => {
      expect(checkContract(given).map(({ name }) => name)).toContain(sparing)
      expect((await failures(given))[sparing]).toBeUndefined()
    })

    test('once for each of five ages, after one to warm up and three to learn what a run costs', async () => {
      let questions = 0
      const create = () => check(() => void questions++, { maxAgeMs: { up: 60_000 } })
      const cases = checkContract(subject({ create, questions: () => questions }))
      await cases.find(({ name }) => name === sparing)?.run()
      expect(questions).toBe(1 + 3 + 5)
    })

    test('and finds one that asks more and more', async () => {
      let runs = 0
      const found = await failures(counted((ask) => ask(2 ** ++runs)))
      expect(found[sparing]).toMatch(
        /^1000 probes over \d\.\d ages of a result came to \d+ questions; \d+ runs/,
      )
    })

    test('and finds one whose results may not be served again', async () => {
      const found = await failures(counted((ask) => ask(), { maxAgeMs: { up: 0 } }))
      expect(found[sparing]).toMatch(/maxAgeMs\.up: 0/)
    })

    test('and a count that counts nothing', async () => {
      expect((await failures(counted(() => {})))[sparing]).toMatch(/^subject\.questions counted nothing/)
    })
  })

  test.for<[string, () => CheckDefinition, RegExp]>([
    ['listens', () => listening(), /TCPSERVERWRAP/],
    ['starts a timer', () => timed(), /Timeout/],
    ['starts one a turn later', () => later(), /Timeout/],
  ])('finds a factory that %s', async ([, create, expected]) => {
    const found = await failures(subject({ create }))
    expect(found['makes its definition without I/O']).toMatch(expected)
  })

  test('finds a factory that asks through a client that is there', async () => {
    let questions = 0
    const ask = () => void questions++
    const create = () => {
      ask()
      return check(ask)
    }
    const found = await failures(subject({ create, questions: () => questions }))
    expect(found['makes its definition without I/O']).toBe(
      'making the check asked the dependency; leave it to the first run',
    )
    const quiet = { create: () => check(ask), questions: () => questions }
    expect((await failures(subject(quiet)))['makes its definition without I/O']).toBeUndefined()
    // As by an application that never rests.
    const busy = { ...quiet, questions: () => ++questions, recoverWithinMs: 120 }
    expect((await failures(subject(busy)))['makes its definition without I/O']).toBeUndefined()
  })

  test('refuses a subject that would prove nothing', () => {
    const make = () =>
      checkContract({
        create: 3,
        faults: {},
        secrets: ['abc'],
        probe: 3,
        works: true,
        connections: 5,
      } as unknown as CheckContractSubject)
    const fields = ['create', 'faults', 'secrets', 'probe', 'works', 'connections']
    for (const field of fields) expect(make).toThrow(`- ${field}:`)
    expect(make).toThrow('checkContract: 6 problems')
    expect(() => checkContract(subject({ secrets: [] }))).toThrow('secrets: expected at least one')
    expect(() => checkContract(subject({ faults: { failing: { inject: () => {} } } }))).toThrow(
      'faults.failing.heal',
    )
  })

  test('takes secrets that are known late, and refuses them when they are none', async () => {
    expect(await failures(subject({ secrets: () => [secret] }))).toEqual({})
    const found = await failures(subject({ secrets: () => [] }))
    expect(found['is UP while the dependency is well']).toMatch(/secrets: expected at least one/)
  })

  test('a heartbeat is no subject', async () => {
    const found = await failures(subject({ create: () => heartbeat({ ttlMs: 1000 }) }))
    expect(found['is UP while the dependency is well']).toMatch(/^expected UP, got UNKNOWN/)
  })
})

function listening(): CheckDefinition {
  const server = createServer().listen(0, '127.0.0.1', () => server.close())
  return check(() => {})
}

function timed(): CheckDefinition {
  setTimeout(() => {}, 1).unref()
  return check(() => {})
}

function later(): CheckDefinition {
  void Promise.resolve().then(timed)
  return check(() => {})
}
