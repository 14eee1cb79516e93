import { TemplateError, TemplateSyntaxError } from '../jinja/errors.ts'
import { Dict, render, renderNative, type Value, walk } from '../jinja/index.ts'
import { addConfigCall } from './config.ts'
import { type Data, type DataObject, fromValue, isList, isObject, plainObject, toValue } from './data.ts'
import { type Asked, makeDraft, type Work } from './draft.ts'
import type { SourceFile } from './files.ts'
import type { MacroEntry } from './macro.ts'
import { macroDependencies } from './macro-resource.ts'
import { flag, type Package } from './package.ts'
import { nearest } from './packages.ts'
import { ParseSubject } from './parse-subject.ts'
import { type PropertyEntry, YamlSubject, yamlScope } from './properties.ts'
import type { Session } from './session.ts'
import type { Place } from './sink.ts'
import { folders } from './sql-nodes.ts'
import { refOrSource } from './static.ts'
import {
  type BuiltTest,
  buildTest,
  configTags,
  renderTestConfig,
  TestError,
  type TestTarget,
  writtenConfig,
} from './test-builder.ts'
import { compare, join } from './text.ts'

/** A test that stands in YAML. */
export interface TestRequest {
  readonly entry: PropertyEntry
  readonly target: TestTarget
  readonly definition: Data
  readonly columnName: string | null
  readonly tags: readonly string[]
  readonly place: Place
}

/** A function call that dbt takes for Jinja in a test's argument. */
const CALL = /^\s*(?:env_var|ref|var|source|doc)\s*\(.+\)\s*$/

/** Makes the nodes of generic tests: what is the same for all tests, or for all of one macro, is worked out once. */
export class GenericTests {
  readonly #session: Session
  readonly #hasArguments: boolean
  readonly #macros = new Map<Package, Map<string, TestMacro>>()
  readonly #folders = new Map<SourceFile, readonly string[]>()
  readonly #tags = new Map<string, readonly string[]>()

  constructor(session: Session) {
    this.#session = session
    this.#hasArguments = flag(session.packages.root, 'require_generic_test_arguments_property', true)
  }

  /** The node of a test; `undefined` when it is not written as a test, which is told to the sink. */
  make(request: TestRequest): Work | undefined {
    const { entry, place, target } = request
    const built = this.#build(request)
    if (!built) return undefined
    const unique_id = `test.${entry.package.name}.${built.fullName}.${built.hash}`
    const draft = makeDraft('test', {
      name: built.fullName,
      package_name: entry.package.name,
      path: `${built.shortName}.sql`,
      original_file_path: entry.source.original,
      unique_id,
    })
    if (draft.resource_type !== 'test') return undefined
    const { packages } = this.#session
    draft.raw_code = built.rawCode
    draft.database = packages.target.database
    draft.schema = packages.target.schema
    draft.fqn = [entry.package.name, ...this.#foldersOf(entry.source), built.fullName]
    draft.tags = this.#tagsOf(request, built)
    draft.description = built.description
    draft.column_name = request.columnName
    draft.test_metadata = { name: built.name, kwargs: plainObject(built.args), namespace: built.namespace }
    draft.file_key_name = target.fileKey
    const macro = this.#macro(entry.package, built)
    const work: Work = {
      draft,
      package: entry.package,
      kind: 'test',
      source: entry.source,
      template: null,
      place,
      call: built.config,
      unrenderedCall: NO_CONFIG,
      asked: [],
      macros: macro.alone,
      patch: undefined,
      unrenderedPatch: undefined,
      testArguments: built.args,
    }
    if (macro.entry === undefined) tellMissing(this.#session, work, built)
    if (macro.isPlain) askTarget(work, target, target.version)
    else if (macro.withWhere && askArguments(this.#session, work, built.args)) {
      work.macros = macro.withWhere
      askTarget(work, target, target.version === null ? null : String(target.version))
      work.call = addConfigCall(built.config, built.config)
      work.unrenderedCall = writtenConfig(built.config)
    } else {
      work.macros = new Set(macro.alone)
      renderTest(this.#session, work, built, macro.entry)
    }
    return work
  }

  #build({ entry, target, definition, columnName, place }: TestRequest): BuiltTest | undefined {
    const { runtime, sink, cache } = this.#session
    const renderTemplate = (text: string): Data =>
      runtime.with(new YamlSubject(entry.package, place, this.#session), () =>
        fromValue(renderNative(cache.template(text, 'yaml'), yamlScope(runtime, entry.package))),
      )
    try {
      return buildTest(definition, target, columnName, {
        hasArguments: this.#hasArguments,
        render: (text) => renderTestConfig(text, renderTemplate),
      })
    } catch (error) {
      if (!(error instanceof TestError || error instanceof TemplateError || error instanceof TemplateSyntaxError))
        throw error
      sink.add('invalid-properties', 'error', place, `this is no test: ${error.message}`)
      return undefined
    }
  }

  #macro(of: Package, { name }: BuiltTest): TestMacro {
    let known = this.#macros.get(of)
    if (!known) {
      known = new Map()
      this.#macros.set(of, known)
    }
    let macro = known.get(name)
    if (!macro) {
      macro = testMacro(this.#session, of, name)
      known.set(name, macro)
    }
    return macro
  }

  #foldersOf(source: SourceFile): readonly string[] {
    let found = this.#folders.get(source)
    if (!found) {
      found = folders(join(source.original)).slice(1)
      this.#folders.set(source, found)
    }
    return found
  }

  #tagsOf({ tags }: TestRequest, { config }: BuiltTest): readonly string[] {
    if (tags.length === 0 && config.tags === undefined) return NO_TAGS
    const all = [...new Set([...tags, ...configTags(config)])].sort(compare)
    const key = all.join('\0')
    const known = this.#tags.get(key) ?? all
    this.#tags.set(key, known)
    return known
  }
}

const NO_CONFIG: DataObject = {}
const NO_TAGS: readonly string[] = []

/** What the tests of one macro have in common. */
interface TestMacro {
  readonly entry: MacroEntry | undefined
  /** The macro alone: what a test is known to depend on before anything is rendered. */
  readonly alone: Set<string>
  /** Whether dbt does not render the test. */
  readonly isPlain: boolean
  /** With `get_where_subquery`, when nothing but its call comes of rendering the test. */
  readonly withWhere: Set<string> | undefined
}

function testMacro(session: Session, of: Package, name: string): TestMacro {
  const { macros } = session.runtime
  const entry = macros.resolve(of.name, `test_${name}`)
  const where = macros.lookup(of.name, 'get_where_subquery')
  const isKnown = where !== undefined && 'unique_id' in where && macros.isInternal(where.package)
  const alone = entry ? [entry.unique_id] : []
  return {
    entry,
    alone: new Set(alone),
    isPlain: entry?.unique_id === 'macro.dbt.test_not_null' || entry?.unique_id === 'macro.dbt.test_unique',
    withWhere: isKnown && (!entry || isInert(session, entry)) ? new Set([...alone, where.unique_id]) : undefined,
  }
}

function askTarget(work: Work, target: TestTarget, version: string | number | null): void {
  const { place } = work
  const asked: Asked =
    target.table !== null
      ? { kind: 'source', args: [target.name, target.table], place }
      : { kind: 'ref', args: { name: target.name, package: null, version: version === '' ? null : version }, place }
  // A list that is pushed to makes room for sixteen more; tens of thousands of tests ask for nothing else.
  if (work.asked.length === 0) work.asked = [asked]
  else work.asked.push(asked)
}

/** Whether a test's macro does nothing but write SQL. */
function isInert(session: Session, macro: MacroEntry): boolean {
  if (session.runtime.macros.isInternal(macro.package)) return true
  let inert = macro.calls.length === 0
  walk(macro.template, (node) => {
    if (node.kind === 'call' || node.kind === 'call-block') inert = false
    return inert
  })
  return inert
}

/** Notes the refs among a test's arguments; false when one of them has to be rendered. */
function askArguments(session: Session, work: Work, args: DataObject): boolean {
  const found: string[] = []
  const visit = (value: Data): boolean => {
    if (isList(value)) return value.every(visit)
    if (isObject(value)) return Object.values(value).every(visit)
    if (typeof value !== 'string') return true
    if (/[{}]/.test(value)) return false
    if (CALL.test(value)) found.push(value)
    return true
  }
  const own = Object.keys(args).filter((key) => key !== 'model' && key !== 'column_name')
  if (!own.every((key) => visit(args[key] as Data))) return false
  const asked = found.map((text) => {
    try {
      return refOrSource(session.cache.template(`{{ ${text} }}`, 'argument'))
    } catch (error) {
      if (error instanceof TemplateSyntaxError) return undefined
      throw error
    }
  })
  if (asked.includes(undefined)) return false
  for (const each of asked) {
    if (!each) continue
    if ('name' in each.value) work.asked.push({ kind: 'ref', args: each.value, place: work.place })
    else work.asked.push({ kind: 'source', args: each.value, place: work.place })
  }
  return true
}

function renderTest(session: Session, work: Work, built: BuiltTest, macro: MacroEntry | undefined): void {
  const { runtime, cache, sink } = session
  const extra = new Map<string, Value>()
  const subject = new ParseSubject(work, runtime, cache, sink, extra, reachable(session, macro, work.package.name))
  try {
    const template = cache.template(built.rawCode, built.rawCode)
    work.template = template
    runtime.with(subject, (scope) => {
      extra.set(
        '_dbt_generic_test_kwargs',
        testKwargs(built.args, (text) =>
          renderNative(cache.template(text, 'argument'), scope, { undefined: 'chainable' }),
        ),
      )
      render(template, scope, { undefined: 'chainable' })
    })
  } catch (error) {
    if (!(error instanceof TemplateError || error instanceof TemplateSyntaxError)) throw error
    sink.add(
      'jinja-error',
      'warning',
      work.place,
      `this test cannot be rendered: ${error.message}`,
      work.draft.unique_id,
    )
  } finally {
    work.template = null
  }
}

const reached = new WeakMap<Session, Map<string, ReadonlySet<MacroEntry>>>()

/** The macros that a test's macro and dbt's own `get_where_subquery` are known to reach, themselves included. */
function reachable(session: Session, macro: MacroEntry | undefined, packageName: string): ReadonlySet<MacroEntry> {
  const known = reached.get(session) ?? new Map<string, ReadonlySet<MacroEntry>>()
  reached.set(session, known)
  const key = macro?.unique_id ?? ''
  let found = known.get(key)
  if (!found) {
    const result = new Set<MacroEntry>()
    const { macros } = session.runtime
    const visit = (entry: MacroEntry | undefined): void => {
      if (!entry || result.has(entry)) return
      result.add(entry)
      for (const id of macroDependencies(session, entry)) visit(macros.byId.get(id))
    }
    visit(macros.resolve(packageName, 'get_where_subquery'))
    visit(macro)
    found = result
    known.set(key, found)
  }
  return found
}

/** The arguments as the test's macro gets them: texts are rendered, what looks like a call is one. */
export function testKwargs(args: DataObject, renderText: (text: string) => Value): Dict {
  const convert = (value: Data): Value => {
    if (isList(value)) return value.map(convert)
    if (isObject(value))
      return Dict.from(Object.entries(value).map(([key, item]): [Value, Value] => [key, convert(item)]))
    if (typeof value !== 'string') return toValue(value)
    if (CALL.test(value)) return renderText(`{{ ${value} }}`)
    return /[{}]/.test(value) ? renderText(value) : value
  }
  return Dict.from(
    Object.keys(args).map((key): [Value, Value] => [
      key,
      key === 'column_name' ? toValue(args[key]) : convert(args[key] as Data),
    ]),
  )
}

function tellMissing(session: Session, work: Work, built: BuiltTest): void {
  const { packages, sink, runtime } = session
  if (built.namespace !== null && packages.missing.includes(built.namespace)) return
  const names = [...runtime.macros.macroNames()].filter((name) => name.startsWith('test_')).map((name) => name.slice(5))
  const guess = nearest(built.name, names, sink)
  const written = built.namespace === null ? built.name : `${built.namespace}.${built.name}`
  sink.add(
    'unresolved-macro',
    'error',
    work.place,
    `there is no test '${written}'${guess === null || guess === built.name ? '' : `; did you mean '${guess}'?`}`,
    work.draft.unique_id,
  )
}
