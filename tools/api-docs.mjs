// @ts-check
import './required-node.mjs'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Application, Converter, ReflectionKind, TSConfigReader } from 'typedoc'
import { projectRoot } from './project.mjs'
import { numberedSteps, runTool, takesNoArguments } from './steps.mjs'

// `npm run api-docs` writes docs/api; the gate of this name writes elsewhere and compares.

/** @typedef {import('typedoc').DeclarationReflection} Reflection */

/**
 * The sub-paths of the library that can be imported, and where their source is, relative to `packages/hale/src`.
 *
 * @param {string} root
 * @returns {readonly { specifier: string, source: string }[]}
 */
function entries(root) {
  const manifest = join(root, 'packages', 'hale', 'package.json')
  if (!existsSync(manifest)) return []
  const { name, exports = {} } = JSON.parse(readFileSync(manifest, 'utf8'))
  return Object.entries(exports).flatMap(([subPath, target]) => {
    const source = /^\.\/dist\/(.+)\.js$/.exec(target.default ?? '')?.[1]
    return source === undefined ? [] : [{ specifier: `${name}${subPath.slice(1)}`, source }]
  })
}

/**
 * Writes the reference of the public API from its doc comments: a page for each sub-path, and an index. Nothing in it
 * depends on the day, the machine or the commit.
 *
 * @param {string} to a directory; what is in it goes
 * @param {string} [root]
 * @returns {Promise<{ pages: number, problems: string[] }>} problems are public things that nothing is written about
 */
export async function writeApiDocs(to, root = projectRoot) {
  const known = entries(root)
  if (known.length === 0) return { pages: 0, problems: [] }
  const library = join(root, 'packages', 'hale')
  const sources = join(library, 'src')
  const { resolve } = createRequire(import.meta.url)
  const app = await Application.bootstrapWithPlugins(
    /** @type {import('typedoc').TypeDocOptions} */ ({
      plugin: [resolve('typedoc-plugin-markdown')],
      entryPoints: known.map(({ source }) => join(sources, `${source}.ts`)),
      // The root's has references to every project, that of hale/nest too.
      tsconfig: [join(root, 'tsconfig.json'), join(library, 'tsconfig.json')].find(existsSync) ?? '',
      basePath: sources,
      name: 'API',
      readme: 'none',
      // What compiles is another gate's to say.
      skipErrorChecking: true,
      // Links to lines change with every commit.
      disableSources: true,
      excludeInternal: true,
      excludePrivate: true,
      excludeExternals: true,
      sort: ['source-order'],
      sortEntryPoints: false,
      groupOrder: ['Functions', 'Variables', 'Classes', 'Interfaces', 'Type Aliases'],
      outputs: [{ name: 'markdown', path: to }],
      router: 'module',
      hideBreadcrumbs: true,
      hidePageHeader: true,
      parametersFormat: 'table',
      interfacePropertiesFormat: 'table',
      classPropertiesFormat: 'table',
      typeDeclarationFormat: 'table',
      propertyMembersFormat: 'table',
      useCodeBlocks: true,
      // Nearly everything is readonly.
      tableColumnSettings: { hideModifiers: true },
      logLevel: 'Error',
    }),
    [new TSConfigReader()],
  )
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    // They are named after their files; readers know them by what they import.
    for (const module of project.children ?? []) {
      const entry = known.find(({ source }) => source.replace(/\/index$/, '') === module.name)
      if (entry !== undefined) module.name = entry.specifier
    }
  })
  const project = await app.convert()
  if (project === undefined) throw new Error('the sources could not be read')
  rmSync(to, { recursive: true, force: true })
  await app.generateOutputs(project)
  if (app.logger.hasErrors()) throw new Error('the pages could not be written')
  const modules = known.map(({ specifier }) => ({
    specifier,
    exported: project.children?.find(({ name }) => name === specifier)?.children ?? [],
  }))
  writeFileSync(join(to, 'README.md'), index(modules))
  return { pages: pagesIn(to).length, problems: modules.flatMap(undocumented) }
}

/** @param {readonly { specifier: string, exported: readonly Reflection[] }[]} modules */
function index(modules) {
  const rows = modules.map(({ specifier, exported }) => {
    const names = exported
      .filter(({ kind }) => kind & (ReflectionKind.Function | ReflectionKind.Variable | ReflectionKind.Class))
      .map(({ name }) => `\`${name}\``)
    return `| [\`${specifier}\`](${specifier}.md) | ${names.join(', ')} |`
  })
  return `# API

Generated from the doc comments of the library by \`npm run api-docs\`; edit those.

| import from | has |
|---|---|
${rows.join('\n')}
`
}

/**
 * What is exported without a word about it.
 *
 * @param {{ specifier: string, exported: readonly Reflection[] }} module
 */
function undocumented({ specifier, exported }) {
  return exported
    .filter((reflection) => !reflection.isReference() && !described(reflection))
    .map(({ name }) => `${specifier}: ${name} is exported without a doc comment`)
}

/**
 * @param {Reflection} reflection
 * @returns {boolean}
 */
function described(reflection) {
  const { type, signatures = [] } = reflection
  const ofType = type?.type === 'reflection' ? [type.declaration, ...(type.declaration.signatures ?? [])] : []
  return [reflection, ...signatures, ...ofType].some((part) => part.hasComment())
}

/**
 * The pages in a directory, relative to it and with slashes; none when it is not there.
 *
 * @param {string} directory
 */
export function pagesIn(directory) {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.split(sep).join('/'))
    .sort()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runTool(async () => {
    takesNoArguments('writes docs/api from the built package')
    const { step } = numberedSteps(1)
    await step(
      'writing docs/api',
      async () => {
        const to = join(projectRoot, 'docs', 'api')
        mkdirSync(dirname(to), { recursive: true })
        return writeApiDocs(to)
      },
      ({ pages, problems }) => [`${pages} pages`, ...problems].join('\n  '),
    )
  })
}
