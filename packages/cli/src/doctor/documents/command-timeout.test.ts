import { expect, test } from 'vitest'
import { commandOf } from './command.ts'
import { commandTimeout } from './command-timeout.ts'

test.each([
  ['curl -m 2 http://localhost/', 2000],
  ['curl -fsSm 1.5 http://localhost/', 1500],
  ['curl -f --max-time=3 http://localhost/', 3000],
  ['curl --connect-timeout 3 http://localhost/', undefined],
  ['wget -qO- -T 4 http://localhost/', 4000],
  ['wget --timeout=5 http://localhost/', 5000],
  ['hale-probe http://localhost/ --timeout 800ms', 800],
  ['node node_modules/hale/dist/probe/main.cjs http://localhost/ --timeout 2s --wait 60s', 2000],
  ['npx hale probe http://localhost/ --timeout=1s', 1000],
  ['/bin/grpc_health_probe -addr=:1 -rpc-timeout=250ms', 250],
  ['sleep 3 # --timeout 1s', undefined],
  ['curl -m $SECONDS http://localhost/', undefined],
])('%s waits for %s ms', (text, ms) => {
  expect(commandTimeout(commandOf([text], { place: [0, 0], raw: text, shell: true }))?.ms).toBe(ms)
})
