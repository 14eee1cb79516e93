import { Float, str } from '../jinja/index.ts'
import { quote } from '../jinja/quote.ts'
import { copy, type Data, type DataObject, define, isList, isObject, textOr, texts, toValue } from './data.ts'
import { withoutLastNewline } from './render.ts'
import { compare, md5 } from './text.ts'

/** What a generic test is put on. */
export interface TestTarget {
  readonly key: 'models' | 'seeds' | 'snapshots' | 'sources'
  /** The resource's name; for a source its own, and its table's. */
  readonly name: string
  readonly table: string | null
  readonly version: string | number | null
  /** The argument `model` of its tests, which is one text for all of them, and that as Python prints it. */
  readonly model: string
  readonly printedModel: string
  /** `models.` and the name, as the manifest has it. */
  readonly fileKey: string
}

/** What tests are put on. */
export function testTarget(
  key: TestTarget['key'],
  name: string,
  table: string | null,
  version: string | number | null,
): TestTarget {
  const model = `{{ get_where_subquery(${targetCall(name, table, version)}) }}`
  return { key, name, table, version, model, printedModel: quote(model), fileKey: `${key}.${name}` }
}

/** A generic test as its YAML makes it. */
export interface BuiltTest {
  readonly name: string
  readonly namespace: string | null
  /** The test's name in the manifest, and the shorter one of its file. */
  readonly fullName: string
  readonly shortName: string
  readonly description: string
  /** Arguments of its macro. */
  readonly args: DataObject
  readonly config: DataObject
  readonly rawCode: string
  readonly hash: string
}

/** A test that is not written as dbt wants it; the message says why. */
export class TestError extends Error {
  override readonly name = 'TestError'
}

const NO_CONFIG: DataObject = {}
const CONFIG_ARGS = [
  'severity',
  'tags',
  'enabled',
  'where',
  'limit',
  'warn_if',
  'error_if',
  'fail_calc',
  'store_failures',
  'store_failures_as',
  'sql_header',
  'meta',
  'database',
  'schema',
  'alias',
]
/** What of a test's body is no argument of its macro. */
const TAKEN = new Set([...CONFIG_ARGS, 'config', 'description', 'name'])
const NAME = /^(?:([a-zA-Z_][0-9a-zA-Z_]*)\.)?([a-zA-Z_][0-9a-zA-Z_]*)/
const HASH_LENGTH = 10
const MAX_NAME = 64

export interface TestOptions {
  /** dbt's flag `require_generic_test_arguments_property`. */
  readonly hasArguments: boolean
  /** Renders a text of the test's config. */
  render(text: string): Data
}

/**
 * Builds a generic test from its YAML, with dbt's names and hash: https://docs.getdbt.com/reference/resource-properties/data-tests
 * Throws TestError.
 */
export function buildTest(
  definition: Data,
  target: TestTarget,
  columnName: string | null,
  options: TestOptions,
): BuiltTest {
  const [writtenName, given] = testArguments(definition, columnName, options.hasArguments)
  if ('model' in given)
    throw new TestError("a test's arguments cannot include 'model', which is the resource that it is put on")
  const match = NAME.exec(writtenName)
  if (!match) throw new TestError(`'${writtenName}' is no name of a test`)
  const [, namespace = null, name = ''] = match
  const args: Record<string, Data> = {}
  for (const key in given) if (!TAKEN.has(key)) define(args, key, given[key] as Data)
  args.model = target.model
  const own = takeConfig(given, options.render)
  const description = textOr(given.description, '')
  for (const key of ['name', 'description'] as const)
    if (typeof (given[key] ?? '') !== 'string') throw new TestError(`the ${key} of a test is a text`)
  const named = given.name
  const [shortName, fullName] =
    typeof named === 'string' ? [named, named] : syntheticNames(target, namespace, name, args)
  const config = shortName === fullName || 'alias' in own ? own : copy<Data>(own, { alias: shortName })
  return {
    name,
    namespace,
    fullName,
    shortName,
    description,
    args,
    config,
    rawCode: rawCode(namespace, name, config),
    hash: hashOf(fullName, namespace, name, args, target),
  }
}

/** A test's name and all that is said of it, `column_name` included. */
function testArguments(definition: Data, columnName: string | null, hasArguments: boolean): [string, DataObject] {
  if (typeof definition === 'string') return [definition, columnName === null ? NO_CONFIG : { column_name: columnName }]
  const [name, body] = nameAndBody(definition)
  if (!isObject(body)) throw new TestError(`the arguments of the test '${name}' are a mapping`)
  const all = columnName === null ? body : copy<Data>(body, { column_name: columnName })
  if (!(hasArguments && 'arguments' in all)) return [name, all]
  const rest: Record<string, Data> = {}
  for (const key in all) if (key !== 'arguments') define(rest, key, all[key] as Data)
  const nested = all.arguments
  if (isObject(nested)) for (const key in nested) define(rest, key, nested[key] as Data)
  return [name, rest]
}

function nameAndBody(definition: Data): [string, Data] {
  if (!isObject(definition)) throw new TestError('a test is its name, or a mapping from its name to its arguments')
  if ('test_name' in definition) {
    const { test_name, ...rest } = definition
    if (typeof test_name !== 'string') throw new TestError('test_name is the name of a test')
    return [test_name, rest]
  }
  const entries = Object.entries(definition)
  const [first] = entries
  if (!first || entries.length !== 1)
    throw new TestError(
      `a test is one name with its arguments below it; here are ${entries.length} (${entries.map(([key]) => key).join(', ')}): indent the arguments`,
    )
  return [first[0], first[1]]
}

function targetCall(name: string, table: string | null, version: string | number | null): string {
  if (table !== null) return `source('${name}', '${table}')`
  return version === null || version === '' || version === 0 ? `ref('${name}')` : `ref('${name}', version='${version}')`
}

function isFalsy(value: Data | undefined): boolean {
  if (value instanceof Float) return value.value === 0
  return (
    value === undefined ||
    value === null ||
    value === false ||
    value === 0 ||
    value === '' ||
    (isList(value) && value.length === 0) ||
    (isObject(value) && Object.keys(value).length === 0)
  )
}

/** The configs among what is said of a test: those that stand at the top, then those under `config`. */
function takeConfig(said: DataObject, render: (text: string) => Data): DataObject {
  if (!hasConfig(said)) return NO_CONFIG
  const given = said.config
  if (given !== undefined && !isObject(given)) throw new TestError("a test's config is a mapping")
  const config: Record<string, Data> = {}
  const put = (key: string, value: Data | undefined): void => {
    const rendered = typeof value === 'string' ? render(value) : value
    if (rendered !== null && rendered !== undefined) define(config, key, rendered)
  }
  for (const key of CONFIG_ARGS) {
    const own = said[key]
    const isSaidBelow = given !== undefined && key in given
    if (!isFalsy(own) && isSaidBelow)
      throw new TestError(`the test sets '${key}' twice, at the top and under config; keep the one under config`)
    put(key, isFalsy(own) && given !== undefined ? given[key] : own)
  }
  if (given) for (const key of Object.keys(given)) if (!CONFIG_ARGS.includes(key)) put(key, given[key])
  return config
}

function hasConfig(said: DataObject): boolean {
  for (const key in said) if (key === 'config' || CONFIG_ARGS.includes(key)) return true
  return false
}

/** Jinja in a test's config, or a text that loses its last newline. */
export function renderTestConfig(text: string, renderTemplate: (text: string) => Data): Data {
  return /[{}]/.test(text) ? renderTemplate(text) : withoutLastNewline(text)
}

function syntheticNames(
  { name, table, version }: TestTarget,
  namespace: string | null,
  test: string,
  args: DataObject,
): [string, string] {
  const target =
    table !== null
      ? `${name}_${table}`
      : version === null || version === '' || version === 0
        ? name
        : `${name}_v${version}`
  const own = table !== null ? `source_${test}` : test
  const type = namespace === null ? own : `${namespace}_${own}`
  let unique = ''
  let between = ''
  for (const key of sortedKeys(args)) {
    if (key === 'model') continue
    for (const part of flatten(args[key] as Data)) {
      unique += between + (IDENTIFIER.test(part) ? part : part.replace(/[^0-9a-zA-Z_]+/g, '_'))
      between = '__'
    }
  }
  const identifier = `${type}_${target}`
  const full = `${identifier}_${unique}`
  return [full.length >= MAX_NAME ? `${identifier.slice(0, 30)}_${md5(full)}` : full, full]
}

const IDENTIFIER = /^\w*$/

function flatten(value: Data): string[] {
  if (typeof value === 'string') return [value]
  const parts = isObject(value) ? Object.values(value) : isList(value) ? value : [value]
  return parts.map((part) => str(toValue(part)))
}

/** An object's keys in their order, which most have already: to sort costs more than to look. */
function sortedKeys(object: DataObject): string[] {
  const keys = Object.keys(object)
  return keys.every((key, index) => index === 0 || compare(keys[index - 1] ?? '', key) <= 0) ? keys : keys.sort(compare)
}

/** The last digits of a hash over the name and all arguments, as Python prints them. */
function hashOf(
  fullName: string,
  namespace: string | null,
  name: string,
  kwargs: DataObject,
  { model, printedModel }: TestTarget,
): string {
  const printed = hashable(kwargs, (value) => (value === model ? printedModel : quote(value)))
  const metadata = `{'kwargs': ${printed}, 'name': ${quote(name)}, 'namespace': ${quote(namespace ?? 'None')}}`
  return md5(fullName + metadata).slice(-HASH_LENGTH)
}

function hashable(value: Data, print: (text: string) => string): string {
  if (typeof value === 'string') return print(value)
  if (isList(value)) return `[${value.map((item) => hashable(item, print)).join(', ')}]`
  if (!isObject(value)) return print(str(toValue(value)))
  let text = ''
  for (const key of sortedKeys(value))
    text += `${text === '' ? '' : ', '}${quote(key)}: ${hashable(value[key] as Data, print)}`
  return `{${text}}`
}

function rawCode(namespace: string | null, name: string, config: DataObject): string {
  const macro = namespace === null ? `test_${name}` : `${namespace}.test_${name}`
  if (config === NO_CONFIG) return `{{ ${macro}(**_dbt_generic_test_kwargs) }}`
  const options = Object.keys(config).map((key) => {
    const value = config[key] as Data
    return `${key}=${typeof value === 'string' ? `"${value.replaceAll('"', '\\"')}"` : str(toValue(value))}`
  })
  const call = options.length > 0 ? `{{ config(${options.join(',')}) }}` : ''
  return `{{ ${macro}(**_dbt_generic_test_kwargs) }}${call}`
}

/** The config as `unrendered_config` has it after dbt has read it back from the test's code. */
export function writtenConfig(config: DataObject): DataObject {
  const result: Record<string, Data> = {}
  for (const key of Object.keys(config)) {
    const value = config[key] as Data
    define(result, key, typeof value === 'string' ? value : str(toValue(value)))
  }
  return result
}

/** The tags that a test's config gives it. */
export function configTags(config: DataObject): string[] {
  return texts(config.tags)
}
