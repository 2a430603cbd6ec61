import type { Clock } from '../core/clock.ts'
import { deadline } from '../core/deadline.ts'
import { Member, type Patience } from './member.ts'
import type { Standing } from './verdict.ts'

/** A place that nobody has taken. */
interface Vacancy {
  /** The worker's that died; empty when there was none yet. */
  readonly id: string
  readonly since: number
  standing: Standing
  readonly cancel: () => void
}

/** One place: a worker, or where one is missing. */
export interface Place {
  readonly id: string
  readonly standing: Standing
  readonly member?: Member
}

/** All workers, and the places of those that are missing. */
export class Roster {
  readonly #clock: Clock
  readonly #patience: Patience
  readonly #expected: number | undefined
  readonly #changed: () => void
  readonly #members = new Set<Member>()
  readonly #vacancies: Vacancy[] = []

  /** Without an expected number it is that of the workers that were started and have not left on purpose. */
  constructor(clock: Clock, patience: Patience, expected: number | undefined, changed: () => void) {
    this.#clock = clock
    this.#patience = patience
    this.#expected = expected
    this.#changed = changed
    for (let left = expected ?? 0; left > 0; left--) this.#vacate('', clock.now(), 'starting')
  }

  /** A worker was started; it takes the place of the one that has been missing for longest. */
  join(id: string): Member {
    const vacancy = this.#vacancies.shift()
    vacancy?.cancel()
    // A worker that dies again and again before it is ready does not begin to start anew each time.
    const since = vacancy !== undefined && vacancy.id !== '' ? vacancy.since : this.#clock.now()
    const member = new Member(id, since, this.#clock, this.#patience, this.#changed)
    this.#members.add(member)
    this.#changed()
    return member
  }

  /** A worker is gone. */
  leave(member: Member): void {
    if (!this.#members.delete(member)) return
    member.end()
    const planned = member.standing === 'leaving'
    const since = member.begun ? this.#clock.now() : member.startingSince
    if (this.#expected === undefined) {
      if (!planned) this.#vacate(member.id, since, 'missing')
    } else if (this.#members.size + this.#vacancies.length < this.#expected) {
      this.#vacate(planned ? '' : member.id, since, planned ? 'starting' : 'missing')
    }
    this.#changed()
  }

  /** The workers first. */
  get places(): readonly Place[] {
    return [
      ...[...this.#members].map((member) => ({ id: member.id, standing: member.standing, member })),
      ...this.#vacancies.map(({ id, standing }) => ({ id, standing })),
    ]
  }

  get members(): ReadonlySet<Member> {
    return this.#members
  }

  end(): void {
    for (const member of this.#members) member.end()
    for (const { cancel } of this.#vacancies) cancel()
  }

  #vacate(id: string, since: number, standing: 'starting' | 'missing'): void {
    const cancel =
      standing === 'missing'
        ? () => {}
        : deadline(this.#clock, this.#patience.startWithinMs, () => {
            vacancy.standing = 'missing'
            this.#changed()
          })
    const vacancy: Vacancy = { id, since, standing, cancel }
    this.#vacancies.push(vacancy)
  }
}
