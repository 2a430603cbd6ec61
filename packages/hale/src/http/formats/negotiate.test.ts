import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { processorMs } from '../../../../../tests/processor-time.ts'
import type { Format } from './format.ts'
import { negotiate } from './negotiate.ts'

function format(name: string, mediaType: string): Format {
  return { name, mediaType, render: () => name }
}

const json = format('json', 'application/json')
const html = format('html', 'text/html; charset=utf-8')
const text = format('text', 'text/plain; charset=utf-8')
const healthJson = format('health-json', 'application/health+json')

const browsers = {
  Firefox: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  Chrome:
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  Safari: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
}

describe('negotiate between JSON and a page', () => {
  it.each(Object.entries(browsers))('gives %s the page', (_browser, accept) => {
    expect(negotiate(accept, [json, html]).name).toBe('html')
    expect(negotiate(accept, [html, json]).name).toBe('html')
  })

  it.each([
    ['nothing, as HAProxy, Varnish and blackbox send', undefined],
    ['*/*, as the kubelet, curl and monit send', '*/*'],
    ['what Consul sends', 'text/plain, text/*, */*'],
    ['what axios sends', 'application/json, text/plain, */*'],
    ['what Java sends', 'application/json, image/gif, image/jpeg, *; q=.2, */*; q=.2'],
    ['an empty header', ''],
    ['a type that is not served', 'image/png'],
    ['JSON', 'application/json'],
    ['JSON in capitals', 'APPLICATION/JSON'],
    ['JSON with a parameter', 'application/json; charset=utf-8'],
    ['JSON without spaces', 'text/html;q=0.5,application/json'],
    ['any application', 'application/*'],
    ['a page at quality 0', 'text/html;q=0, */*'],
    ['a page preferred less', 'text/html;q=0.8, application/json;q=0.9'],
    ['both alike', 'application/json, text/html'],
    ['both alike at half', 'application/json;q=.5, text/html;q=0.5'],
    ['everything refused', '*/*;q=0'],
  ])('gives JSON for %s', (_what, accept) => {
    expect(negotiate(accept, [json, html]).name).toBe('json')
  })

  it.each([
    ['a page', 'text/html'],
    ['a page with a parameter', 'text/html;level=1'],
    ['a page with spaces and tabs', ' \ttext/html \t; q=1.0 '],
    ['any text', 'text/*'],
    ['a page preferred', 'application/json;q=0.8, text/html;q=0.9'],
    ['both alike, the page before', 'text/html, application/json'],
    ['a page, or anything as well', '*/*, text/html'],
    ['JSON at quality 0', 'application/json;q=0, */*'],
    ['JSON at quality 0.000', 'application/json;q=0.000, */*;q=0.001'],
    ['applications preferred less, by the more specific range', '*/*, application/*;q=0.1'],
    ['Q in capitals', 'application/json;Q=0.1, text/html;Q=0.2'],
  ])('gives the page for %s', (_what, accept) => {
    expect(negotiate(accept, [json, html]).name).toBe('html')
  })

  it('lets the most specific range decide, wherever it stands', () => {
    const accept = '*/*;q=1, text/*;q=0.2, text/plain;q=0.9, application/*;q=0.5'
    expect(negotiate(accept, [html, json, text]).name).toBe('text')
    expect(negotiate(accept, [html, json]).name).toBe('json')
    expect(negotiate(accept, [html]).name).toBe('html')
  })

  it('keeps types apart that only begin alike', () => {
    expect(negotiate('application/health+json', [json, healthJson]).name).toBe('health-json')
    expect(negotiate('application/json', [healthJson, json]).name).toBe('json')
    expect(negotiate('application/js', [html, json]).name).toBe('html')
  })

  it('gives the first of the list to whoever has no preference', () => {
    for (const accept of [undefined, '', '*/*', 'image/png', 'text/plain;q=0']) {
      expect(negotiate(accept, [text, json, html]).name).toBe('text')
    }
  })
})

describe('negotiate between texts that differ by version', () => {
  const metrics = format('metrics', 'text/plain; version=0.0.4; charset=utf-8')
  const openMetrics = format('openmetrics', 'application/openmetrics-text; version=1.0.0; charset=utf-8')
  const all = [json, html, text, metrics, openMetrics]

  it.each([
    ['text/plain', 'text'],
    ['text/plain;charset=utf-8', 'text'],
    ['text/plain;version=0.0.4', 'metrics'],
    ['text/plain;version=0.0.4;q=0.5, */*;q=0.1', 'metrics'],
    [
      'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'metrics',
    ],
    ['text/plain;version=1.0.0, */*;q=0.1', 'metrics'],
    ['text/plain, text/plain;version=0.0.4', 'text'],
    ['text/plain;version=0.0.4, text/plain', 'metrics'],
    ['text/plain;version=0.0.4;q=0, text/plain', 'text'],
    ['application/openmetrics-text', 'openmetrics'],
    ['application/openmetrics-text;version=0.0.1', 'openmetrics'],
    ['application/openmetrics-text;q=0.1, text/plain;version=0.0.4', 'metrics'],
    ['text/plain;version=2;q=0', 'json'],
    ['text/html;version=5', 'json'],
  ])('gives %j %s', (accept, name) => {
    expect(negotiate(accept, all).name).toBe(name)
  })
})

describe('negotiate with garbage', () => {
  it.each([
    ',',
    ';',
    ',,,;;;',
    'q=1',
    ';q=1',
    '/',
    '*',
    '*/json',
    'text/',
    '/html',
    'text/html;q=',
    'text/html;q=abc',
    'text/html;q=-1',
    'text/html;q=2',
    'text/html;q=1e400',
    'text/html;q=NaN',
    'text/html;q=0.5.5',
    '\u0000\uffff',
    '健康',
    '__proto__',
    '%',
  ])('gives %j the first', (accept) => {
    expect(negotiate(accept, [json, html]).name).toBe('json')
  })

  it('gives anything at all one of what is served', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (accept) => {
        expect([json, html, text]).toContain(negotiate(accept, [json, html, text]))
      }),
    )
  })

  it('looks no further than the first ranges of an endless header', () => {
    const accept = `${'image/png;q=0.9,'.repeat(1000)}text/html`
    expect(accept.length).toBeGreaterThan(10_000)
    expect(negotiate(accept, [json, html]).name).toBe('json')
  })

  it.each([
    ['ranges', 'text/html,'.repeat(2000)],
    ['commas', ','.repeat(20_000)],
    ['parameters', `text/html${';a=b'.repeat(5000)}`],
    ['spaces', `text/html;${' '.repeat(20_000)}q=1`],
    ['one word', 'x'.repeat(20_000)],
  ])('answers a hundred headers of 20 000 %s within half a second', (_what, accept) => {
    const ask = (): void => {
      for (let asked = 0; asked < 100; asked++) negotiate(accept, [json, html, text])
    }
    expect(processorMs(ask)).toBeLessThan(500)
  })
})
