import type { PlatformDocument } from '../document.ts'
import type { SourceFile } from '../source-file.ts'
import { figureAt } from '../yaml/figure-at.ts'
import type { Located } from '../yaml/located.ts'

/** Railway's, where nothing is said. */
const HEALTHCHECK_SECONDS = 300

/** `railway.toml` or `railway.json`, if it says anything of health or of the end. */
export function isRailway(root: Located): boolean {
  const deploy = root.get('deploy')
  return deploy?.get('healthcheckPath') !== undefined || deploy?.get('drainingSeconds') !== undefined
}

/** It asks while it deploys, and sends requests when the answer is 200; thereafter it asks no more. */
export function railwayDocument(file: SourceFile, root: Located): PlatformDocument {
  const deploy = root.get('deploy') ?? root
  const path = deploy.get('healthcheckPath')
  return {
    kind: 'platform',
    file,
    ...(deploy.get('drainingSeconds') && { stop: figureAt(deploy, 'drainingSeconds', undefined, 1000) }),
    ...(path && { start: figureAt(deploy, 'healthcheckTimeout', HEALTHCHECK_SECONDS, 1000) }),
    askings:
      path?.text === undefined
        ? []
        : [
            {
              role: 'balancer',
              subject: 'the health check of the deployment',
              place: path.place,
              question: {
                kind: 'http',
                path: path.text,
                place: path.place,
                changePath: (to) => path.replace(to),
              },
            },
          ],
  }
}
