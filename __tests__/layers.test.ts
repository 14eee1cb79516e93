import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Who may import whom: docs/architecture.md says why. Names are folders of src, or its files without `.ts`. */
interface Layer {
  /** What is in it. */
  readonly of: readonly string[]
  /** What it may import besides itself; `*` is everything but adapters and the shell. */
  readonly from?: readonly string[]
  /** What it may import the types of alone. */
  readonly types?: readonly string[]
  readonly packages?: readonly string[]
}

/** The shell's files that touch the world. */
const knowAdapters = [
  ...['main', 'cli', 'repository', 'sides', 'folders', 'project-folder', 'packages', 'start-sql'],
  ...['deployment', 'demo', 'list', 'manifest-file', 'twins', 'lineage', 'lineage-file', 'remember'],
]
const shell = ['version', 'base', 'event', 'inputs', 'index', ...knowAdapters]

const layers: readonly Layer[] = [
  { of: ['finding', 'errors'] },
  { of: ['nearest'], packages: ['fastest-levenshtein'] },
  { of: ['schema', 'validators'], from: ['nearest', 'schemas'], packages: ['ajv'] },
  { of: ['jinja'] },
  { of: ['sql'], packages: ['@polyglot-sql/sdk', 'node:crypto'] },
  {
    of: ['dbt'],
    from: ['jinja', 'finding', 'nearest'],
    packages: ['js-yaml', 'fastest-levenshtein', 'picomatch', 'node:crypto', 'node:vm'],
  },
  { of: ['graph'], from: ['dbt', 'sql'], packages: ['node:crypto'] },
  {
    of: ['rules'],
    from: ['dbt', 'graph', 'finding', 'nearest', 'schema'],
    types: ['sql'],
    packages: ['picomatch'],
  },
  {
    of: ['config'],
    from: ['rules', 'finding', 'errors', 'nearest', 'schema'],
    types: ['dbt'],
    packages: ['js-yaml'],
  },
  { of: ['run'], from: ['dbt', 'graph', 'sql', 'nearest'], packages: ['node:crypto'] },
  { of: ['report'], from: ['dbt', 'graph', 'finding'], types: ['run'], packages: ['node:zlib'] },
  // The browser's part of lineage.html: a program of its own.
  { of: ['page'], from: ['report'], packages: ['cytoscape', 'elkjs'] },
  { of: ['selection'], from: ['dbt', 'graph', 'nearest'], packages: ['picomatch'] },
  { of: ['check', 'deploy', 'walls'], from: ['*'], packages: ['picomatch'] },
  {
    of: ['adapters'],
    from: ['errors', 'run'],
    types: ['dbt', 'report', 'finding'],
    packages: [
      '@actions/',
      '@octokit/',
      '@databricks/sql',
      '@duckdb/duckdb-wasm',
      'p-retry',
      'tinyglobby',
      'picomatch',
      'tar-stream',
      'node:',
    ],
  },
  {
    of: shell,
    from: ['*', 'adapters', ...shell],
    packages: ['@actions/core', '@actions/github', 'commander', 'node:'],
  },
]

interface Import {
  readonly file: string
  readonly specifier: string
  readonly typeOnly: boolean
}

const statement =
  /^(?:import|export)\s+(?<type>type\s)?(?<names>[^'"`;]*?)\bfrom\s+'(?<from>[^']+)'|^import\s+'(?<bare>[^']+)'|\bimport\('(?<lazy>[^']+)'\)/gm

/** Every import and re-export of a text; `import type`, or all of whose names are types, is erased by the compiler. */
function importsOf(file: string, text: string): Import[] {
  return [...text.matchAll(statement)].map(({ groups = {} }) => {
    const names = groups.names
      ?.match(/^\s*\{(.*)\}\s*$/s)?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
    const typeOnly =
      groups.type !== undefined ||
      (names !== undefined && names.length > 0 && names.every((name) => name.startsWith('type ')))
    return { file, specifier: groups.from ?? groups.bare ?? groups.lazy ?? '', typeOnly }
  })
}

/** The layer's name of a file of src: its folder, or itself. */
function placeOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '') : path.replace(/\.ts$/, '')
}

function targetOf({ file, specifier }: Import): string {
  const path = posix.join('src', posix.dirname(file), specifier)
  return path.startsWith('src/') ? placeOf(path.slice('src/'.length)) : path.replace(/\/.*/, '')
}

/** What is wrong with an import, or null. */
function problem(imported: Import): string | null {
  const { file, specifier, typeOnly } = imported
  const place = placeOf(file)
  const layer = layers.find(({ of }) => of.includes(place))
  if (layer === undefined) return `src/${file} is in no layer`
  const { from = [], types = [], packages = [] } = layer
  if (!specifier.startsWith('.')) {
    const known = packages.some(
      (name) =>
        specifier === name || specifier.startsWith(name.endsWith('/') || name.endsWith(':') ? name : `${name}/`),
    )
    return known ? null : `src/${file} imports the package ${specifier}`
  }
  const target = targetOf(imported)
  if (target === place) return null
  if (target === 'adapters' && !typeOnly && !knowAdapters.includes(place))
    return `src/${file} imports an adapter: ${specifier}`
  const everything = from.includes('*') && target !== 'adapters' && !shell.includes(target)
  const allowed =
    everything ||
    from.includes(target) ||
    (typeOnly && types.includes(target)) ||
    (layer.of.includes(target) && place !== target)
  return allowed ? null : `src/${file} imports ${typeOnly ? 'types of ' : ''}${specifier}`
}

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
  .sort()
const all = sources.flatMap((file) => importsOf(file, readFileSync(`src/${file}`, 'utf8')))

describe('layers', () => {
  it('are kept', () => {
    expect(all.flatMap((imported) => problem(imported) ?? [])).toEqual([])
  })

  it.each<[string, string, string | null]>([
    ['jinja/lexer.ts', "import { x } from '../dbt/yaml.ts'", 'src/jinja/lexer.ts imports ../dbt/yaml.ts'],
    ['jinja/lexer.ts', "import type { X } from '../dbt/yaml.ts'", 'src/jinja/lexer.ts imports types of ../dbt/yaml.ts'],
    ['jinja/lexer.ts', "import { x } from './token.ts'", null],
    ['jinja/lexer.ts', "import yaml from 'js-yaml'", 'src/jinja/lexer.ts imports the package js-yaml'],
    ['report/comment.ts', "import {\n  type A,\n  type B,\n} from '../run/plan.ts'", null],
    ['report/comment.ts', "import { type A, b } from '../run/plan.ts'", 'src/report/comment.ts imports ../run/plan.ts'],
    ['report/comment.ts', "export * from '../run/plan.ts'", 'src/report/comment.ts imports ../run/plan.ts'],
    ['check.ts', "const x = await import('./adapters/git.ts')", 'src/check.ts imports an adapter: ./adapters/git.ts'],
    ['check.ts', "import { main } from './main.ts'", 'src/check.ts imports ./main.ts'],
    ['cli.ts', "import { git } from './adapters/git.ts'", null],
    ['event.ts', "import { git } from './adapters/git.ts'", 'src/event.ts imports an adapter: ./adapters/git.ts'],
    ['lost.ts', "import 'node:fs'", 'src/lost.ts is in no layer'],
    ['graph/x.ts', "import 'node:fs'", 'src/graph/x.ts imports the package node:fs'],
  ])('%s: %s', (file, text, expected) => {
    const [imported] = importsOf(file, text)
    expect(imported && problem(imported)).toBe(expected)
  })
})
