import { deadline } from '../../core/deadline.ts'
import type { GroupInfo, HealthSource } from '../../core/health.ts'
import type { Report } from '../../core/report.ts'

/** What is asked for the overview; the same for as long as the groups are. */
interface Plan {
  readonly of: readonly GroupInfo[]
  readonly names: readonly string[]
  /** Those that may take as long as liveness, and no longer. */
  readonly prompt: ReadonlySet<string>
  readonly budgetMs: number
}

const livenessAlone = ['liveness']

/** Asks for all that there is to be asked, for a person who looks at the whole. */
export class Overview {
  readonly #health: HealthSource
  #plan: Plan | undefined

  constructor(health: HealthSource) {
    this.#health = health
  }

  /**
   * The reports of those that may take as long as liveness, and of the others what comes within its budget: whoever
   * asks whether the process lives waits for no dependency's sake. With a limit reached liveness is asked alone, and
   * the others are shown as they are known.
   */
  ask(limited: boolean, workers: string | undefined): Promise<ReadonlyMap<string, Report>> {
    const plan = this.#planned()
    const reports = new Map<string, Report>()
    const asked = (limited ? livenessAlone : plan.names).map(async (name) => {
      const report = await this.#health.ask(name, workers)
      if (report !== undefined) reports.set(name, report)
    })
    const prompt = asked.filter((_, index) => limited || plan.prompt.has(plan.names[index] as string))
    return new Promise((resolve, reject) => {
      const answer = (): void => resolve(reports)
      const cancel = deadline(
        this.#health.clock,
        plan.budgetMs,
        () => void Promise.all(prompt).then(answer, reject),
      )
      void Promise.all(asked).then(answer, reject).finally(cancel)
    })
  }

  #planned(): Plan {
    const { groups } = this.#health
    if (this.#plan?.of === groups) return this.#plan
    const budgetMs = groups.find(({ name }) => name === 'liveness')?.budgetMs ?? 0
    const names = groups.map(({ name }) => name)
    const prompt = groups.filter((group) => group.budgetMs <= budgetMs).map(({ name }) => name)
    this.#plan = { of: groups, names, prompt: new Set(prompt), budgetMs }
    return this.#plan
  }
}
