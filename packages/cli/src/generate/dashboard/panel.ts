import type { Tree } from '../text/reasoned.ts'

/** What a panel shows, of Prometheus. */
export interface Query {
  readonly expr: string
  readonly legend: string
  /** Whether only the latest value counts. */
  readonly instant?: true
}

export interface Panel {
  readonly type: 'stat' | 'state-timeline' | 'timeseries'
  readonly title: string
  /** Why it is there, and what to do about it; shown when asked for. */
  readonly description: string
  readonly width: number
  readonly height: number
  readonly unit?: 's' | 'percentunit' | 'short'
  readonly queries: readonly Query[]
  /** What numbers mean, in words and colours. */
  readonly meanings?: readonly Meaning[]
  /** Below it is bad. */
  readonly atLeast?: number
  /** From one on it has this colour. */
  readonly none?: Meaning['color']
}

export interface Meaning {
  readonly value: number
  readonly text: string
  readonly color: 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'purple'
}

/** Grafana's grid. */
const COLUMNS = 24

/** The variable of the dashboard, in Grafana's own notation. */
export const datasource = { type: 'prometheus', uid: '$datasource' }

/** Panels set side by side, from left to right and from top to bottom, none above another one. */
export function laidOut(panels: readonly Panel[]): readonly Tree[] {
  let x = 0
  let y = 0
  let rowHeight = 0
  return panels.map((panel, index) => {
    if (x + panel.width > COLUMNS) {
      x = 0
      y += rowHeight
      rowHeight = 0
    }
    const gridPos = { x, y, w: panel.width, h: panel.height }
    x += panel.width
    rowHeight = Math.max(rowHeight, panel.height)
    return panelTree(panel, index + 1, gridPos)
  })
}

function panelTree(panel: Panel, id: number, gridPos: Tree): Tree {
  const { type, title, description, queries } = panel
  return {
    id,
    type,
    title,
    description,
    datasource,
    gridPos,
    fieldConfig: { defaults: fieldDefaults(panel), overrides: [] },
    options: optionsOf(type),
    targets: queries.map(({ expr, legend, instant }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource,
      expr,
      legendFormat: legend,
      range: instant !== true,
      instant: instant === true,
    })),
  }
}

function fieldDefaults({ unit = 'short', meanings = [], atLeast, none }: Panel): Tree {
  const options = Object.fromEntries(
    meanings.map(({ value, text, color }, index) => [String(value), { text, color, index }]),
  )
  const steps = [
    { color: atLeast === undefined ? 'green' : 'red', value: null },
    ...(atLeast === undefined ? [] : [{ color: 'green', value: atLeast }]),
    ...(none === undefined ? [] : [{ color: none, value: 1 }]),
  ]
  const coloured = meanings.length > 0 || steps.length > 1
  return {
    unit,
    mappings: meanings.length === 0 ? [] : [{ type: 'value', options }],
    thresholds: { mode: 'absolute', steps },
    color: { mode: coloured ? 'thresholds' : 'palette-classic' },
  }
}

function optionsOf(type: Panel['type']): Tree {
  switch (type) {
    case 'stat':
      return {
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        colorMode: 'background',
        // Of one value there is no course to draw.
        graphMode: 'none',
      }
    case 'state-timeline':
      return { mergeValues: true, showValue: 'auto', rowHeight: 0.9 }
    case 'timeseries':
      return {
        legend: {
          showLegend: true,
          displayMode: 'table',
          placement: 'bottom',
          calcs: ['lastNotNull', 'max'],
        },
      }
  }
}
