// @ts-check
// The baseline of the Express table: a route of one's own that answers with res.json.
import express from 'express'
import { announce, portOf } from '../workload/parent-link.mjs'
import { scenario } from '../workload/scenario.mjs'

const paths = { live: '/health/live', ready: '/health/ready' }
const live = JSON.parse(scenario.liveBody ?? '{"status":"UP"}')
const ready = JSON.parse(scenario.readyBody ?? '{"status":"UP"}')

const app = express()
app.get(paths.live, (_request, response) => {
  response.json(live)
})
app.get(paths.ready, (_request, response) => {
  response.json(ready)
})

const server = app.listen(0, '127.0.0.1', () => announce(portOf(server), paths))
