import { closed, duration, flag, integer, listOf, mapOf, oneOf, path, type Schema, text } from './schema.ts'

const datasource = closed({ type: oneOf('prometheus'), uid: text }, ['type', 'uid'])
const mapping = closed(
  {
    type: oneOf('value'),
    options: mapOf(closed({ text, color: text, index: integer(0) }, ['text'])),
  },
  ['type', 'options'],
)

/** Of each panel that is used; what has a default may be left out, but not of a legend, which is taken as it stands. */
const optionsOf: { readonly [type: string]: Schema } = {
  stat: closed(
    {
      reduceOptions: closed({ calcs: listOf(text), fields: { type: 'string' }, values: flag }, ['calcs']),
      colorMode: oneOf('value', 'background', 'background_solid', 'none'),
      graphMode: oneOf('none', 'line', 'area'),
    },
    ['reduceOptions'],
  ),
  'state-timeline': closed(
    {
      mergeValues: flag,
      showValue: oneOf('auto', 'always', 'never'),
      rowHeight: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
    },
    ['showValue', 'rowHeight'],
  ),
  timeseries: closed(
    {
      legend: closed(
        {
          showLegend: flag,
          displayMode: oneOf('list', 'table', 'hidden'),
          placement: oneOf('bottom', 'right'),
          calcs: listOf(text, 0),
        },
        ['showLegend', 'displayMode', 'placement', 'calcs'],
      ),
    },
    ['legend'],
  ),
}

const variable = closed(
  {
    name: text,
    label: text,
    type: oneOf('query', 'datasource', 'custom', 'constant', 'interval', 'textbox', 'adhoc'),
    query: { anyOf: [text, closed({ query: text, refId: text }, ['query', 'refId'])] },
    definition: text,
    datasource,
    refresh: oneOf(0, 1, 2),
    includeAll: flag,
    multi: flag,
    current: closed({
      text: { anyOf: [text, listOf(text)] },
      value: { anyOf: [text, listOf(text)] },
    }),
  },
  ['name', 'type', 'query'],
)

/** Facts of Grafana's dashboard model (schema versions 36 and newer), of which it ignores what it does not know. */
export const grafanaDashboard: Schema = closed(
  {
    id: { type: 'null' },
    uid: { type: 'string', pattern: '^[a-zA-Z0-9_-]{8,40}$' },
    title: text,
    tags: listOf(text),
    schemaVersion: integer(36),
    editable: flag,
    refresh: duration,
    time: closed({ from: text, to: text }, ['from', 'to']),
    timezone: { type: 'string' },
    annotations: closed({ list: { type: 'array' } }),
    templating: closed({ list: listOf(variable) }),
    panels: listOf(
      closed(
        {
          id: integer(1),
          type: oneOf(...Object.keys(optionsOf)),
          title: text,
          description: text,
          datasource,
          gridPos: closed({ x: integer(0, 23), y: integer(0), w: integer(1, 24), h: integer(1) }, [
            'x',
            'y',
            'w',
            'h',
          ]),
          fieldConfig: closed({
            defaults: closed({
              unit: text,
              mappings: listOf(mapping, 0),
              thresholds: closed(
                {
                  mode: oneOf('absolute', 'percentage'),
                  steps: listOf(
                    closed({ color: text, value: { type: ['number', 'null'] } }, ['color', 'value']),
                  ),
                },
                ['mode', 'steps'],
              ),
              color: closed({ mode: oneOf('thresholds', 'palette-classic') }),
            }),
            overrides: { type: 'array' },
          }),
          options: { anyOf: Object.values(optionsOf) },
          targets: listOf(
            closed({ refId: text, datasource, expr: text, legendFormat: text, range: flag, instant: flag }, [
              'refId',
              'expr',
            ]),
          ),
        },
        ['id', 'type', 'title', 'gridPos', 'targets'],
      ),
    ),
  },
  ['id', 'uid', 'title', 'schemaVersion', 'panels'],
)

/** Of a provider of dashboards. */
export const grafanaProvisioning: Schema = closed(
  {
    apiVersion: oneOf(1),
    providers: listOf(
      closed({ name: text, type: oneOf('file'), allowUiUpdates: flag, options: closed({ path }, ['path']) }, [
        'name',
        'type',
        'options',
      ]),
    ),
  },
  ['apiVersion', 'providers'],
)
