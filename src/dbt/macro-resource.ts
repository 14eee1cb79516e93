import { type Data, isList, isObject, plainObject, textOr } from './data.ts'
import type { MacroEntry } from './macro.ts'
import type { Docs, Macro } from './manifest.ts'
import { flag } from './package.ts'
import { nearest } from './packages.ts'
import type { Orphan } from './project.ts'
import { objectOr, objects, type PropertyEntry } from './properties.ts'
import type { Session } from './session.ts'

/** Names that every template knows: a call of one is no call of a macro. */
const BASE_NAMES = new Set([
  'dbt_version',
  'var',
  'env_var',
  'return',
  'fromjson',
  'tojson',
  'fromyaml',
  'toyaml',
  'set',
  'set_strict',
  'zip',
  'zip_strict',
  'log',
  'run_started_at',
  'invocation_id',
  'thread_id',
  'modules',
  'flags',
  'print',
  'diff_of_two_dicts',
  'local_md5',
  'target',
  'project_name',
  'context',
  'builtins',
  'otel_trace_id',
  'otel_span_id',
  'source',
  'ref',
  'config',
])

/** The macros as the manifest holds them, with what YAML says of them. */
export function macroResources(session: Session, entries: readonly PropertyEntry[], orphans: Orphan[]): Macro[] {
  const patches = new Map<string, PropertyEntry>()
  const { macros } = session.runtime
  for (const entry of entries) {
    const id = `macro.${entry.package.name}.${entry.name}`
    if (macros.byId.has(id)) patches.set(id, entry)
    else {
      const guess = nearest(entry.name, macros.macroNames(), session.sink)
      orphans.push({
        kind: 'macro',
        name: entry.name,
        position: session.sink.position(entry.place),
        disabled: null,
        suggestion: guess === entry.name ? null : guess,
      })
    }
  }
  const hasArguments = flag(session.packages.root, 'validate_macro_args', true)
  return [...macros.byId.values()].map((macro) => makeMacro(session, macro, patches.get(macro.unique_id), hasArguments))
}

function makeMacro(
  session: Session,
  macro: MacroEntry,
  patch: PropertyEntry | undefined,
  hasArguments: boolean,
): Macro {
  const data = patch?.data ?? {}
  const config = objectOr(data.config)
  const isTestFile =
    (macro.node.tag === 'test' || macro.node.tag === 'data_test') && /(?:^|\/)generic\//.test(macro.source.original)
  const own =
    hasArguments && !isTestFile ? macro.node.parameters.map(({ name }) => ({ name, type: null, description: '' })) : []
  const described = objects(data.arguments).map((argument, index) => ({
    name: textOr(argument.name, ''),
    type: textOr(argument.type, null),
    description: textOr(rawDescription(patch?.raw.arguments, index), ''),
  }))
  return {
    resource_type: 'macro',
    name: macro.name,
    package_name: macro.package,
    path: macro.source.original,
    original_file_path: macro.source.original,
    unique_id: macro.unique_id,
    macro_sql: macro.sql,
    depends_on: { macros: macroDependencies(session, macro) },
    description: textOr(patch?.raw.description, ''),
    meta: { ...plainObject(data.meta), ...plainObject(config.meta) },
    docs: docs(config.docs ?? data.docs),
    patch_path: patch ? `${patch.package.name}://${patch.source.original}` : null,
    arguments: described.length > 0 ? described : own,
    supported_languages: macro.node.tag === 'materialization' ? languages(session, macro) : null,
  }
}

function rawDescription(list: Data | undefined, index: number): Data | undefined {
  const raw = isList(list) ? list[index] : undefined
  return isObject(raw) ? raw.description : undefined
}

function docs(data: Data | undefined): Docs {
  const given = objectOr(data)
  return { show: given.show !== false, node_color: textOr(given.node_color, null) }
}

const LANGUAGES: ReadonlySet<string> = new Set(['sql', 'python', 'javascript'])

function languages({ sink }: Session, { node, name, source }: MacroEntry): string[] {
  const list = node.parameters.find((parameter) => parameter.name === 'supported_languages')?.default
  if (list?.kind !== 'list') return ['sql']
  const written = list.items.flatMap((item) =>
    item.kind === 'const' && typeof item.value === 'string' ? [item.value] : [],
  )
  const other = written.find((language) => !LANGUAGES.has(language))
  if (other !== undefined)
    sink.add(
      'invalid-properties',
      'error',
      { file: source.file, offset: source.shift + node.nameOffset },
      `the ${name.replace('_', ' ')} supports '${other}'; it is one of ${[...LANGUAGES].join(', ')}`,
    )
  return written
}

/** The macros that a macro calls, read from its text as dbt reads it. */
export function macroDependencies(session: Session, macro: MacroEntry): string[] {
  const { runtime } = session
  const found = new Set<string>()
  const add = (packageName: string, name: string): void => {
    const entry = runtime.macros.resolve(packageName, name)
    if (entry) found.add(entry.unique_id)
  }
  const addOther = (name: string): void => {
    if (name !== macro.name) add(macro.package, name)
  }
  for (const call of macro.calls) {
    if (call.isDispatch) {
      addOther(call.name)
      const target = runtime.macros.resolveDispatch(call.name, runtime.dispatchSearch(call.package))
      if (target) add(target.package, target.name)
    } else if (call.package === null) {
      if (!BASE_NAMES.has(call.name)) addOther(call.name)
    } else add(call.package, call.name)
  }
  return [...found]
}
