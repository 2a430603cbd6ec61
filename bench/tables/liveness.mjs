// @ts-check
import { subject } from '../measure/subject.mjs'
import { measureAgainstBare } from './against-bare.mjs'
import { bareAndHale, checkingPeers } from './contenders.mjs'

const scenario = { checks: 3 }

/** In processes of their own: one that also answers plain requests would have compiled for both. */
const lessPlain = [
  {
    ...subject('**hale** `serveHealth`, requests that differ', 'hale-serve', 'live', scenario),
    headers: ['X-Request-Id: 0123456789abcdef', 'X-Request-Id: fedcba9876543210'],
    instance: 2,
  },
  {
    ...subject("**hale** `serveHealth`, by Node's parser", 'hale-serve', 'live', scenario),
    headers: ['Content-Length: 0'],
    instance: 3,
  },
]

/** @type {import('../report/table.mjs').Table} */
export const liveness = {
  name: 'liveness',
  title: 'Liveness',
  about: `What one liveness probe costs the server. A ratio of 1 is the cost of a hand-written node:http
handler that sends the same body from memory; below 1 is dearer. \`serveHealth\` answers plain requests without
Node's HTTP parser; that of a prober which repeats itself byte for byte, as this load and most probers do, is not even
read anew. Two more lines show the others: requests that are plain but differ each time, as with a trace's id, and
one that is not plain (it says \`Content-Length: 0\`), which Node's parser gets. The bare server answers plain ones.`,
  async measure(context) {
    const peers = [...checkingPeers('live', {}, context.quick), subject('lightship', 'lightship', 'live')]
    const contenders = (await bareAndHale('live', scenario)).map((each) =>
      each.server === 'hale-serve' ? { ...each, atLeast: 1.6 } : each,
    )
    return measureAgainstBare([...contenders, ...lessPlain], peers, context)
  },
}
