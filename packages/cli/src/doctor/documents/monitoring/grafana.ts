import type { DashboardDocument, Expression } from '../document.ts'
import type { SourceFile } from '../source-file.ts'
import type { Located } from '../yaml/located.ts'

/** A dashboard as it is exported, or as the API gives it. */
export function dashboardIn(root: Located): Located | undefined {
  return [root, root.get('dashboard')].find((one) => one?.get('panels')?.isList === true)
}

/** What its panels and variables ask of Prometheus, where that has anything to do with hale. */
export function dashboardDocument(file: SourceFile, dashboard: Located): DashboardDocument | undefined {
  const panels = (dashboard.get('panels')?.items ?? []).flatMap(queriesOf)
  const variables = (dashboard.get('templating', 'list')?.items ?? []).flatMap((variable) => {
    const node = variable.get('query', 'query') ?? variable.get('query')
    const subject = `variable ${variable.get('name')?.text ?? ''}`
    return node?.text === undefined ? [] : [{ subject, node }]
  })
  const expressions = [...panels, ...variables].filter(({ node }) => node.text?.includes('hale_'))
  return expressions.length === 0 ? undefined : { kind: 'dashboard', file, expressions, askings: [] }
}

/** Of a panel; those of a row that is folded in are in it. */
function queriesOf(panel: Located): readonly Expression[] {
  const subject = `panel ${panel.get('title')?.text ?? ''}`
  const own = (panel.get('targets')?.items ?? []).flatMap((target) => {
    const node = target.get('expr')
    return node === undefined ? [] : [{ subject, node }]
  })
  return [...own, ...(panel.get('panels')?.items ?? []).flatMap(queriesOf)]
}
