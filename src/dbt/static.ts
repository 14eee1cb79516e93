import { type CallNode, type Expression, repr, str, type Template, walk } from '../jinja/index.ts'
import { type Data, type DataObject, define } from './data.ts'
import type { RefArgs } from './manifest.ts'

/** A `ref()` or `source()` and where it stands in its template. */
export interface Located<T> {
  readonly value: T
  readonly offset: number
}

export type SourceArgs = readonly [source: string, table: string]

/** What dbt's static parser finds in a model that is simple enough for it. */
export interface StaticParse {
  readonly refs: readonly Located<RefArgs>[]
  readonly sources: readonly Located<SourceArgs>[]
  readonly configs: readonly (readonly [key: string, value: Data])[]
}

const NOT_STATIC = /\{%|\{\{-|-\}\}/
const COMMENT = /\{#[\s\S]*?#\}/g
const HOOKS = new Set(['pre_hook', 'post_hook', 'pre-hook', 'post-hook'])

/**
 * Reads a model without rendering it, where dbt's static parser does: nothing but `ref`, `source` and `config` with
 * literals, no blocks, no whitespace control. `undefined` for everything else. It decides how dbt writes `unrendered_config`.
 */
export function staticParse(template: Template): StaticParse | undefined {
  const { source } = template
  if (NOT_STATIC.test(source) && NOT_STATIC.test(source.replaceAll(COMMENT, ''))) return undefined
  const refs: Located<RefArgs>[] = []
  const sources = new Map<string, Located<SourceArgs>>()
  const configs: [string, Data][] = []
  for (const statement of template.body) {
    if (statement.kind !== 'output') return undefined
    for (const part of statement.parts) {
      if (part.kind === 'text') continue
      if (part.kind !== 'call') {
        if (literal(part, source) === undefined) return undefined
        continue
      }
      if (part.callee.kind !== 'name' || part.spread || part.kwSpread) return undefined
      const { name } = part.callee
      if (name === 'ref') {
        const value = staticRef(part, source)
        if (!value) return undefined
        refs.push({ value, offset: part.offset })
      } else if (name === 'source') {
        const value = staticSource(part, source)
        if (!value) return undefined
        sources.set(value.join('\0'), { value, offset: part.offset })
      } else if (name !== 'config' || !staticConfig(part, source, configs)) return undefined
    }
  }
  return { refs, sources: [...sources.values()], configs }
}

function staticRef(call: CallNode, source: string): RefArgs | undefined {
  const args = call.args.map((arg) => textLiteral(arg, source))
  const [first, second] = args
  if (args.length > 2 || typeof first !== 'string' || (args.length === 2 && typeof second !== 'string'))
    return undefined
  let version: string | number | null = null
  for (const { name, value } of call.kwargs) {
    if ((name !== 'v' && name !== 'version') || value.kind !== 'const') return undefined
    const raw = typeof value.value === 'string' ? textLiteral(value, source) : Number(str(value.value))
    if (raw === undefined || Number.isNaN(raw)) return undefined
    version = raw
  }
  return typeof second === 'string'
    ? { name: second, package: first, version }
    : { name: first, package: null, version }
}

function staticSource(call: CallNode, source: string): SourceArgs | undefined {
  const named = (name: string): Expression | undefined => call.kwargs.find((kwarg) => kwarg.name === name)?.value
  const first = call.args[0] ?? named('source_name')
  const second = call.args[1] ?? named('table_name')
  if (!first || !second || call.args.length + call.kwargs.length !== 2) return undefined
  const from = textLiteral(first, source)
  const table = textLiteral(second, source)
  return from === undefined || table === undefined ? undefined : [from, table]
}

function staticConfig(call: CallNode, source: string, configs: [string, Data][]): boolean {
  if (call.args.length > 0 || call.kwargs.length === 0) return false
  for (const { name, value } of call.kwargs) {
    const data = HOOKS.has(name) ? undefined : literal(value, source)
    if (data === undefined) return false
    configs.push([name, data])
  }
  return true
}

/** Texts, `True` and `False`, lists and dicts of them: no more. */
function literal(node: Expression, source: string): Data | undefined {
  if (node.kind === 'const') {
    if (typeof node.value === 'boolean')
      return /^(?:True|False)$/.test(source.slice(node.offset, node.end)) ? node.value : undefined
    return textLiteral(node, source)
  }
  if (node.kind === 'list') {
    const items = node.items.map((item) => literal(item, source))
    return items.includes(undefined) ? undefined : (items as Data[])
  }
  if (node.kind !== 'dict') return undefined
  const result: Record<string, Data> = {}
  for (const { key, value } of node.pairs) {
    const name = textLiteral(key, source)
    const data = literal(value, source)
    if (name === undefined || data === undefined) return undefined
    define(result, name, data)
  }
  return result
}

/** The static parser does not read escapes: a text is what stands between its quotes. */
function textLiteral(node: Expression, source: string): string | undefined {
  if (node.kind !== 'const' || typeof node.value !== 'string') return undefined
  const written = source.slice(node.offset, node.end)
  if (!written.includes('\\')) return /^(?:'[^']*'|"[^"]*")$/.test(written) ? node.value : undefined
  return written.slice(1, -1)
}

/**
 * The arguments of the first `config()` of a template as dbt writes them into `unrendered_config`: a text as it is, anything
 * else as it would be written in Python.
 */
export function unrenderedConfig(template: Template): DataObject | undefined {
  // dbt looks for this text before it looks at the template: a space before the bracket, and it goes by the values.
  if (!template.source.includes('config(')) return undefined
  let found: CallNode | undefined
  walk(template, (node) => {
    if (!found && node.kind === 'call' && node.callee.kind === 'name' && node.callee.name === 'config') found = node
    return !found
  })
  if (!found) return undefined
  const result: Record<string, Data> = {}
  for (const { name, value } of found.kwargs) {
    define(result, name, value.kind === 'const' && typeof value.value === 'string' ? value.value : written(value))
  }
  return result
}

const COMPARISONS: Readonly<Record<string, string>> = { 'not in': 'not in' }

function written(node: Expression): string {
  switch (node.kind) {
    case 'const':
      return repr(node.value)
    case 'name':
      return node.name
    case 'call':
      return `${written(node.callee)}(${argumentsOf(node).join(', ')})`
    case 'list':
      return `[${node.items.map(written).join(', ')}]`
    case 'tuple':
      return node.items.length === 1
        ? `(${written(node.items[0] as Expression)},)`
        : `(${node.items.map(written).join(', ')})`
    case 'dict':
      return `{${node.pairs.map(({ key, value }) => `${written(key)}: ${written(value)}`).join(', ')}}`
    case 'attribute':
      return `${written(node.object)}.${node.name}`
    case 'item':
      return node.key.kind === 'slice' ? unhandled(node) : `${written(node.object)}[${written(node.key)}]`
    case 'concat':
      return node.parts.map(written).join(' ~ ')
    case 'compare':
      return `${written(node.first)} ${node.rest.map(({ operator, right }) => `${COMPARISONS[operator] ?? operator} ${written(right)}`).join(' ')}`
    case 'not':
      return `not ${written(node.operand)}`
    case 'negate':
      return node.operator === '-' ? `-${written(node.operand)}` : unhandled(node)
    case 'logic':
      return `${written(node.left)} ${node.operator} ${written(node.right)}`
    default:
      return unhandled(node)
  }
}

function argumentsOf(node: CallNode): string[] {
  return [
    ...node.args.map(written),
    ...node.kwargs.map((kwarg) => `${kwarg.name}=${written(kwarg.value)}`),
    ...(node.spread ? [`*${written(node.spread)}`] : []),
    ...(node.kwSpread ? [`**${written(node.kwSpread)}`] : []),
  ]
}

/** What dbt has no words for is written as Jinja2 prints its syntax tree. */
function unhandled(node: Expression): string {
  switch (node.kind) {
    case 'conditional':
      return `CondExpr(test=${tree(node.test)}, expr1=${tree(node.consequent)}, expr2=${node.otherwise ? tree(node.otherwise) : 'None'})`
    case 'filter':
      return `Filter(node=${node.input ? tree(node.input) : 'None'}, name=${repr(node.name)}, ${treeArguments(node)})`
    case 'test':
      return `Test(node=${tree(node.input)}, name=${repr(node.name)}, ${treeArguments(node)})`
    case 'binary':
      return `${BINARY[node.operator] ?? 'Add'}(left=${tree(node.left)}, right=${tree(node.right)})`
    default:
      return tree(node)
  }
}

const BINARY: Readonly<Record<string, string>> = {
  '+': 'Add',
  '-': 'Sub',
  '*': 'Mul',
  '/': 'Div',
  '//': 'FloorDiv',
  '%': 'Mod',
  '**': 'Pow',
}
const OPERANDS: Readonly<Record<string, string>> = {
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'lteq',
  '>': 'gt',
  '>=': 'gteq',
  in: 'in',
  'not in': 'notin',
}

function treeArguments(node: Pick<CallNode, 'args' | 'kwargs' | 'spread' | 'kwSpread'>): string {
  const kwargs = node.kwargs.map((kwarg) => `Keyword(key=${repr(kwarg.name)}, value=${tree(kwarg.value)})`).join(', ')
  return `args=[${node.args.map(tree).join(', ')}], kwargs=[${kwargs}], dyn_args=${node.spread ? tree(node.spread) : 'None'}, dyn_kwargs=${node.kwSpread ? tree(node.kwSpread) : 'None'}`
}

function tree(node: Expression): string {
  switch (node.kind) {
    case 'const':
      return `Const(value=${repr(node.value)})`
    case 'name':
      return `Name(name=${repr(node.name)}, ctx='load')`
    case 'call':
      return `Call(node=${tree(node.callee)}, ${treeArguments(node)})`
    case 'list':
      return `List(items=[${node.items.map(tree).join(', ')}])`
    case 'tuple':
      return `Tuple(items=[${node.items.map(tree).join(', ')}], ctx='load')`
    case 'dict':
      return `Dict(items=[${node.pairs.map(({ key, value }) => `Pair(key=${tree(key)}, value=${tree(value)})`).join(', ')}])`
    case 'attribute':
      return `Getattr(node=${tree(node.object)}, attr=${repr(node.name)}, ctx='load')`
    case 'item':
      return `Getitem(node=${tree(node.object)}, arg=${node.key.kind === 'slice' ? 'Slice' : tree(node.key)}, ctx='load')`
    case 'concat':
      return `Concat(nodes=[${node.parts.map(tree).join(', ')}])`
    case 'compare':
      return `Compare(expr=${tree(node.first)}, ops=[${node.rest.map(({ operator, right }) => `Operand(op=${repr(OPERANDS[operator] ?? operator)}, expr=${tree(right)})`).join(', ')}])`
    case 'not':
      return `Not(node=${tree(node.operand)})`
    case 'negate':
      return `${node.operator === '-' ? 'Neg' : 'Pos'}(node=${tree(node.operand)})`
    case 'logic':
      return `${node.operator === 'and' ? 'And' : 'Or'}(left=${tree(node.left)}, right=${tree(node.right)})`
    default:
      return unhandled(node)
  }
}

/** Reads `ref('x')` or `source('x', 'y')` on its own, as exposures, constraints and snapshots name what they depend on. */
export function refOrSource(template: Template): Located<RefArgs> | Located<SourceArgs> | undefined {
  const parsed = staticParse(template)
  return parsed?.refs[0] ?? parsed?.sources[0]
}

/** The calls of `ref` and `source` with literals anywhere in a template: the best that is known of one that cannot be rendered. */
export function literalCalls(template: Template): Pick<StaticParse, 'refs' | 'sources'> {
  const refs: Located<RefArgs>[] = []
  const sources: Located<SourceArgs>[] = []
  walk(template, (node) => {
    if (node.kind !== 'call' || node.callee.kind !== 'name') return undefined
    const ref = node.callee.name === 'ref' ? staticRef(node, template.source) : undefined
    if (ref) refs.push({ value: ref, offset: node.offset })
    const from = node.callee.name === 'source' ? staticSource(node, template.source) : undefined
    if (from) sources.push({ value: from, offset: node.offset })
    return undefined
  })
  return { refs, sources }
}
