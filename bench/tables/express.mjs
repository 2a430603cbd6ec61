// @ts-check
import { subject } from '../measure/subject.mjs'
import { measureAgainstBare } from './against-bare.mjs'
import { haleBodies } from './contenders.mjs'

const scenario = { checks: 3 }

/** @type {import('../report/table.mjs').Table} */
export const express = {
  name: 'express',
  title: 'On Express',
  about: `\`healthMiddleware\` beside an Express 5 route that answers \`res.json\` with an object of the
same content.`,
  async measure(context) {
    const bare = subject('Express route, `res.json`', 'bare-express', 'ready', await haleBodies(scenario))
    const contenders = [
      bare,
      { ...bare, label: 'the same in a second process: the noise', instance: 2 },
      subject('**hale** `healthMiddleware`, liveness', 'hale-express', 'live', scenario),
      subject('**hale** `healthMiddleware`, readiness', 'hale-express', 'ready', scenario),
    ]
    return measureAgainstBare(contenders, [], context, { generations: 3, rounds: 40, sliceMs: 60 })
  },
}
