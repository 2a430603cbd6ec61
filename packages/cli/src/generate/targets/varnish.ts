import type { ServiceProfile } from '../../profile/service-profile.ts'
import { ANSWERS, checkTiming, secondsText, timeoutReason } from '../balancing/check-timing.ts'
import { type Instances, instancesOf } from '../balancing/instances.ts'
import { plainPath } from '../balancing/plain-path.ts'
import type { Target } from '../target.ts'
import { type Directive, directives } from '../text/directives.ts'

/** VCL with a probe, backends and a director, to be included by the main file. */
export const varnish: Target = {
  name: 'varnish',
  summary: 'Varnish: a probe, backends and a director',
  kind: 'proxy',
  takesInstances: true,
  files(profile, options) {
    const { name } = profile
    const text = vcl(profile, instancesOf(profile, options))
    return [{ path: `varnish/${name}.vcl`, text, language: 'vcl' }]
  },
}

function vcl(profile: ServiceProfile, instances: Instances): string {
  const { name } = profile
  // Names in VCL begin with a letter, and not with vcl_. With a word after it none is one of its own, as backend is.
  const plain = name.replace(/-/g, '_')
  const symbol = /^(?!vcl(?:_|$))[a-z]/.test(plain) ? plain : `s_${plain}`
  const director = `${symbol}_instances`
  const symbols = instances.all.map((_, index) => `${symbol}_${index + 1}`)
  return [
    head(profile, instances),
    block(`probe ${symbol}_ready`, probe(profile)),
    ...instances.all.map(({ host, port }, index) =>
      block(`backend ${symbols[index]}`, [
        `.host = "${host}";`,
        `.port = "${port}";`,
        `.probe = ${symbol}_ready;`,
        '.connect_timeout = 1s;',
        `.first_byte_timeout = ${secondsText(profile.inFlightMs + 1000)};`,
      ]),
    ),
    block('sub vcl_init', [
      `new ${director} = directors.round_robin();`,
      ...symbols.map((backend) => `${director}.add_backend(${backend});`),
    ]),
    block('sub vcl_recv', [
      [
        `set req.backend_hint = ${director}.backend();`,
        'Only healthy backends; 503 when there is none, unless the cache has something still in its grace.',
      ],
    ]),
  ].join('\n')
}

function head({ name, tls, port }: ServiceProfile, { named, placeholders, healthPort }: Instances): string {
  return directives([
    [
      '',
      `How Varnish (6 or newer) shares requests out between the instances of ${name}. In the main file: include "${name}.vcl";`,
    ],
    placeholders === undefined ? undefined : ['', placeholders],
    named
      ? ['', 'A name is looked up once, when this is loaded: load it anew when an instance has moved.']
      : undefined,
    healthPort === undefined
      ? undefined
      : [
          '',
          `VARNISH ASKS WHERE IT SENDS REQUESTS, and no other port: health, now on ${port}, has to be answered there too.`,
        ],
    tls
      ? ['', 'VARNISH SPEAKS NO TLS to backends: put something that does, such as a local proxy, between.']
      : undefined,
    'import directors;',
    '',
  ])
}

function probe(profile: ServiceProfile): readonly Directive[] {
  const { intervalMs, timeoutMs, fall, rise, reason } = checkTiming(profile)
  return [
    [`.url = "${plainPath(profile.readiness.path)}";`, ANSWERS],
    '.expected_response = 200;',
    [`.timeout = ${secondsText(timeoutMs)};`, timeoutReason(profile)],
    [`.interval = ${secondsText(intervalMs)};`, reason],
    [
      `.window = ${fall + rise - 1};`,
      `Of the last ${fall + rise - 1} answers ${rise} have to be good: so ${fall} failures take an instance out, and ${rise} successes bring it back.`,
    ],
    `.threshold = ${rise};`,
    [`.initial = ${rise - 1};`, 'After a start an instance is out until its first good answer.'],
  ]
}

function block(title: string, lines: readonly Directive[]): string {
  return `${title} {\n${directives(lines, { indent: 2 })}}\n`
}
