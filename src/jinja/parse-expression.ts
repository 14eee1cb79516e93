import type {
  Arguments,
  CallNode,
  Comparison,
  Expression,
  FilterNode,
  ItemNode,
  KeywordNode,
  NamespaceTargetNode,
  SliceNode,
  Target,
  TestNode,
} from './ast.ts'
import { TemplateSyntaxError } from './errors.ts'
import { quote } from './quote.ts'
import { describe, type TokenStream } from './stream.ts'
import type { BinaryOperator } from './value.ts'

/** Nesting, and links of one chain (`a + b + …`), before a template is refused: Python's own recursion limit is lower. */
const MAX_NESTING = 150
const MAX_CHAIN = 1000

const COMPARISONS: ReadonlySet<unknown> = new Set(['==', '!=', '<', '<=', '>', '>='])
const CONSTANTS: ReadonlyMap<unknown, boolean | null> = new Map([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
])

/** Parses expressions, with Jinja's precedence (which is nearly Python's: `~` binds tighter than `+`). */
export class ExpressionParser {
  readonly stream: TokenStream
  #nesting = 0

  constructor(stream: TokenStream) {
    this.stream = stream
  }

  expression(withConditional = true): Expression {
    if (this.#isAlone()) return this.#primary()
    this.#nesting += 1
    if (this.#nesting > MAX_NESTING) throw this.#tooDeep()
    const node = withConditional ? this.#conditional() : this.#or()
    this.#nesting -= 1
    return node
  }

  /** Whether what is next is one name or literal and nothing more, as most expressions are: no operator of any precedence has to be looked for. */
  #isAlone(): boolean {
    const { type, value } = this.stream.current
    if (type !== 'string' && type !== 'integer' && (type !== 'name' || value === 'not')) return false
    const next = this.stream.look()
    return next.type === 'operator'
      ? next.value === ',' || next.value === ')' || next.value === ']' || next.value === '}'
      : next.type === 'variable_end' || next.type === 'block_end'
  }

  /** One expression, or a tuple of several with commas between. */
  tuple(options: { conditional?: boolean; parenthesized?: boolean } = {}): Expression {
    const { stream } = this
    const offset = stream.current.offset
    const items: Expression[] = []
    let isTuple = false
    for (;;) {
      if (items.length > 0) stream.expectOperator(',')
      if (this.#atTupleEnd()) break
      items.push(this.expression(options.conditional ?? true))
      if (!stream.isOperator(',')) break
      isTuple = true
    }
    const [first] = items
    if (!isTuple && first) return first
    if (!isTuple && !options.parenthesized) {
      throw this.fail(`Expected an expression, got ${quote(describe(stream.current))}`)
    }
    return { kind: 'tuple', items, offset, end: stream.lastEnd }
  }

  /** What is assigned to: `a`, `a, b`, `(a, b)`, and with `namespaces` also `a.b`. */
  target(options: { namespaces?: boolean } = {}): Target {
    const { stream } = this
    const offset = stream.current.offset
    const items: (Expression | NamespaceTargetNode)[] = []
    let isTuple = false
    for (;;) {
      if (items.length > 0) stream.expectOperator(',')
      if (this.#atTupleEnd()) break
      items.push(this.#targetItem(options.namespaces ?? false))
      if (!stream.isOperator(',')) break
      isTuple = true
    }
    const [first] = items
    if (!isTuple && first) return this.#assignable(first)
    if (!isTuple) throw this.fail(`Expected an expression, got ${quote(describe(stream.current))}`)
    return {
      kind: 'target-tuple',
      items: items.map((item) => this.#assignable(item, 'tuple')),
      offset,
      end: stream.lastEnd,
    }
  }

  #targetItem(namespaces: boolean): Expression | NamespaceTargetNode {
    const { stream } = this
    const { current } = stream
    const next = namespaces && current.type === 'name' && !CONSTANTS.has(current.value) ? stream.look() : null
    if (next?.type !== 'operator' || next.value !== '.') return this.#primary()
    stream.next()
    stream.next()
    const attribute = stream.expectName().value
    const name = String(current.value)
    return { kind: 'namespace-target', name, attribute, offset: current.offset, end: stream.lastEnd }
  }

  #assignable(node: Expression | NamespaceTargetNode, within?: string): Target {
    if (node.kind === 'name' || node.kind === 'namespace-target') return node
    if (node.kind === 'tuple') {
      const items = node.items.map((item) => this.#assignable(item, 'tuple'))
      return { kind: 'target-tuple', items, offset: node.offset, end: node.end }
    }
    throw this.fail(`can't assign to '${within ?? node.kind}'`, node.offset)
  }

  /** A name to assign to: of a macro, a parameter. */
  assignedName(): { name: string; offset: number; end: number } {
    const token = this.stream.expectName()
    if (CONSTANTS.has(token.value)) throw this.fail("can't assign to 'name'", token.offset)
    return { name: token.value, offset: token.offset, end: token.end }
  }

  /** `| a | b(…)`, or `a | b(…)` when `inline`: filters on a block's text. */
  filters(inline: boolean): FilterNode | null {
    let node: FilterNode | null = null
    let first = inline
    while (first || this.stream.isOperator('|')) {
      if (!first) this.stream.next()
      first = false
      node = this.#filter(node)
    }
    return node
  }

  fail(message: string, offset = this.stream.current.offset): TemplateSyntaxError {
    return new TemplateSyntaxError(message, offset)
  }

  #tooDeep(offset?: number): TemplateSyntaxError {
    return this.fail('the expression is too deeply nested', offset)
  }

  #atTupleEnd(): boolean {
    const { type } = this.stream.current
    return type === 'variable_end' || type === 'block_end' || this.stream.isOperator(')')
  }

  #conditional(): Expression {
    const { stream } = this
    let node = this.#or()
    while (stream.skipName('if')) {
      const test = this.#or()
      const otherwise = stream.skipName('else') ? this.expression() : null
      node = { kind: 'conditional', test, consequent: node, otherwise, offset: node.offset, end: stream.lastEnd }
    }
    return node
  }

  #or(): Expression {
    let left = this.#and()
    for (let links = 0; this.stream.skipName('or'); links++) left = this.#logic('or', left, this.#and(), links)
    return left
  }

  #and(): Expression {
    let left = this.#not()
    for (let links = 0; this.stream.skipName('and'); links++) left = this.#logic('and', left, this.#not(), links)
    return left
  }

  #logic(operator: 'and' | 'or', left: Expression, right: Expression, links: number): Expression {
    if (links > MAX_CHAIN) throw this.#tooDeep()
    return { kind: 'logic', operator, left, right, offset: left.offset, end: this.stream.lastEnd }
  }

  #not(): Expression {
    const { stream } = this
    const offset = stream.current.offset
    let count = 0
    while (stream.skipName('not')) count += 1
    if (count > MAX_NESTING) throw this.#tooDeep(offset)
    let node = this.#compare()
    for (; count > 0; count--) node = { kind: 'not', operand: node, offset, end: stream.lastEnd }
    return node
  }

  #compare(): Expression {
    const { stream } = this
    const first = this.#sum()
    const rest: { operator: Comparison; right: Expression }[] = []
    for (;;) {
      const operator = this.#comparison()
      if (operator === null) break
      rest.push({ operator, right: this.#sum() })
    }
    return rest.length === 0 ? first : { kind: 'compare', first, rest, offset: first.offset, end: stream.lastEnd }
  }

  #comparison(): Comparison | null {
    const { stream } = this
    const { current } = stream
    if (current.type === 'operator' && COMPARISONS.has(current.value)) return stream.next().value as Comparison
    if (stream.skipName('in')) return 'in'
    if (!stream.isName('not')) return null
    const next = stream.look()
    if (next.type !== 'name' || next.value !== 'in') return null
    stream.next()
    stream.next()
    return 'not in'
  }

  #sum(): Expression {
    let left = this.#concat()
    for (let links = 0; ; links++) {
      const operator = this.#operator('+', '-')
      if (operator === null) return left
      left = this.#binary(operator, left, this.#concat(), links)
    }
  }

  #concat(): Expression {
    const { stream } = this
    const first = this.#product()
    if (!stream.isOperator('~')) return first
    const parts = [first]
    while (stream.skipOperator('~')) parts.push(this.#product())
    return { kind: 'concat', parts, offset: first.offset, end: stream.lastEnd }
  }

  #product(): Expression {
    let left = this.#power()
    for (let links = 0; ; links++) {
      const operator = this.#operator('*', '/') ?? this.#operator('//', '%')
      if (operator === null) return left
      left = this.#binary(operator, left, this.#power(), links)
    }
  }

  #power(): Expression {
    let left = this.#unary(true)
    for (let links = 0; this.stream.skipOperator('**'); links++) {
      left = this.#binary('**', left, this.#unary(true), links)
    }
    return left
  }

  /** Takes the operator that is next, when it is one of two. */
  #operator(first: BinaryOperator, second: BinaryOperator): BinaryOperator | null {
    if (this.stream.skipOperator(first)) return first
    return this.stream.skipOperator(second) ? second : null
  }

  #binary(operator: BinaryOperator, left: Expression, right: Expression, links: number): Expression {
    if (links > MAX_CHAIN) throw this.#tooDeep()
    return { kind: 'binary', operator, left, right, offset: left.offset, end: this.stream.lastEnd }
  }

  #unary(withFilters: boolean): Expression {
    const { stream } = this
    const offset = stream.current.offset
    let node: Expression
    if (stream.isOperator('-') || stream.isOperator('+')) {
      const operator = stream.next().value === '-' ? '-' : '+'
      this.#nesting += 1
      if (this.#nesting > MAX_NESTING) throw this.#tooDeep(offset)
      const operand = this.#unary(false)
      this.#nesting -= 1
      node = { kind: 'negate', operator, operand, offset, end: stream.lastEnd }
    } else {
      node = this.#primary()
    }
    node = this.#postfix(node)
    return withFilters ? this.#filtersAndTests(node) : node
  }

  #primary(): Expression {
    const { stream } = this
    const token = stream.current
    const { offset, type } = token
    if (type === 'name') {
      stream.next()
      const constant = CONSTANTS.get(token.value)
      if (constant !== undefined) return { kind: 'const', value: constant, offset, end: token.end }
      return { kind: 'name', name: String(token.value), offset, end: token.end }
    }
    if (type === 'string') {
      let value = ''
      while (stream.current.type === 'string') value += String(stream.next().value)
      return { kind: 'const', value, offset, end: stream.lastEnd }
    }
    if (type === 'integer' || type === 'float') {
      stream.next()
      return { kind: 'const', value: token.value, offset, end: token.end }
    }
    if (stream.skipOperator('(')) {
      const node = this.tuple({ parenthesized: true })
      stream.expectOperator(')')
      return { ...node, offset, end: stream.lastEnd }
    }
    if (stream.isOperator('[')) return this.#list()
    if (stream.isOperator('{')) return this.#dict()
    throw this.fail(`unexpected ${quote(describe(token))}`, offset)
  }

  #list(): Expression {
    const { stream } = this
    const { offset } = stream.next()
    const items: Expression[] = []
    while (!stream.isOperator(']')) {
      if (items.length > 0) stream.expectOperator(',')
      if (stream.isOperator(']')) break
      items.push(this.expression())
    }
    stream.next()
    return { kind: 'list', items, offset, end: stream.lastEnd }
  }

  #dict(): Expression {
    const { stream } = this
    const { offset } = stream.next()
    const pairs: { key: Expression; value: Expression }[] = []
    while (!stream.isOperator('}')) {
      if (pairs.length > 0) stream.expectOperator(',')
      if (stream.isOperator('}')) break
      const key = this.expression()
      stream.expectOperator(':')
      pairs.push({ key, value: this.expression() })
    }
    stream.next()
    return { kind: 'dict', pairs, offset, end: stream.lastEnd }
  }

  #postfix(start: Expression): Expression {
    let node = start
    for (let links = 0; ; links++) {
      if (links > MAX_CHAIN) throw this.#tooDeep()
      if (this.stream.isOperator('.') || this.stream.isOperator('[')) node = this.#subscript(node)
      else if (this.stream.isOperator('(')) node = this.#call(node)
      else return node
    }
  }

  #filtersAndTests(start: Expression): Expression {
    let node = start
    for (let links = 0; ; links++) {
      if (links > MAX_CHAIN) throw this.#tooDeep()
      if (this.stream.skipOperator('|')) node = this.#filter(node)
      else if (this.stream.isName('is')) node = this.#test(node)
      else if (this.stream.isOperator('(')) node = this.#call(node)
      else return node
    }
  }

  #subscript(object: Expression): Expression {
    const { stream } = this
    const { offset } = object
    if (stream.next().value === '[') return this.#brackets(object)
    const token = stream.next()
    const place = { offset, end: token.end }
    if (token.type === 'name') return { kind: 'attribute', object, name: String(token.value), ...place }
    if (token.type !== 'integer') throw this.fail('expected name or number', token.offset)
    const key: Expression = { kind: 'const', value: token.value, offset: token.offset, end: token.end }
    return { kind: 'item', object, key, ...place }
  }

  #brackets(object: Expression): ItemNode {
    const { stream } = this
    const keys: (Expression | SliceNode)[] = []
    while (!stream.isOperator(']')) {
      if (keys.length > 0) stream.expectOperator(',')
      keys.push(this.#subscribed())
    }
    stream.next()
    const place = { offset: object.offset, end: stream.lastEnd }
    const [key] = keys
    if (key && keys.length === 1) return { kind: 'item', object, key, ...place }
    const items = keys.map((item) => {
      if (item.kind === 'slice') throw this.fail('a slice cannot be part of a tuple', item.offset)
      return item
    })
    return { kind: 'item', object, key: { kind: 'tuple', items, ...place }, ...place }
  }

  #subscribed(): Expression | SliceNode {
    const { stream } = this
    const { offset } = stream.current
    const start = stream.isOperator(':') ? null : this.expression()
    if (start && !stream.isOperator(':')) return start
    stream.expectOperator(':')
    const atEnd = () => stream.isOperator(']') || stream.isOperator(',')
    const stop = stream.isOperator(':') || atEnd() ? null : this.expression()
    const step = stream.skipOperator(':') && !atEnd() ? this.expression() : null
    return { kind: 'slice', start, stop, step, offset, end: stream.lastEnd }
  }

  #call(callee: Expression): CallNode {
    const { args, kwargs, spread, kwSpread } = this.#arguments()
    return { kind: 'call', callee, args, kwargs, spread, kwSpread, offset: callee.offset, end: this.stream.lastEnd }
  }

  #filter(input: Expression | null): FilterNode {
    const offset = input?.offset ?? this.stream.current.offset
    const name = this.#dottedName()
    const given = this.stream.isOperator('(') ? this.#arguments() : NO_ARGUMENTS
    return { kind: 'filter', input, name, ...given, offset, end: this.stream.lastEnd }
  }

  #test(input: Expression): Expression {
    const { stream } = this
    const { offset } = input
    stream.next()
    const negated = stream.skipName('not')
    const name = this.#dottedName()
    const given = this.#testArguments()
    const place = { offset, end: stream.lastEnd }
    const node: TestNode = { kind: 'test', input, name, ...given, ...place }
    return negated ? { kind: 'not', operand: node, ...place } : node
  }

  #testArguments(): Arguments {
    const { stream } = this
    if (stream.isOperator('(')) return this.#arguments()
    const { type } = stream.current
    const literal = type === 'name' || type === 'string' || type === 'integer' || type === 'float'
    if (!literal && !stream.isOperator('[') && !stream.isOperator('{')) return NO_ARGUMENTS
    if (stream.isName('else') || stream.isName('or') || stream.isName('and')) return NO_ARGUMENTS
    if (stream.isName('is')) throw this.fail('You cannot chain multiple tests with is')
    return { ...NO_ARGUMENTS, args: [this.#postfix(this.#primary())] }
  }

  #dottedName(): string {
    let name = this.stream.expectName().value
    while (this.stream.skipOperator('.')) name += `.${this.stream.expectName().value}`
    return name
  }

  #arguments(): Arguments {
    const { stream } = this
    const { offset } = stream.expectOperator('(')
    const args: Expression[] = []
    const kwargs: KeywordNode[] = []
    let spread: Expression | null = null
    let kwSpread: Expression | null = null
    const ensure = (valid: boolean) => {
      if (!valid) throw this.fail('invalid syntax for function call expression', offset)
    }
    for (let first = true; !stream.isOperator(')'); first = false) {
      if (!first) {
        stream.expectOperator(',')
        if (stream.isOperator(')')) break
      }
      if (stream.isOperator('*')) {
        ensure(!spread && !kwSpread)
        stream.next()
        spread = this.expression()
      } else if (stream.isOperator('**')) {
        ensure(!kwSpread)
        stream.next()
        kwSpread = this.expression()
      } else if (this.#atKeyword()) {
        ensure(!kwSpread)
        kwargs.push(this.#keyword())
      } else {
        ensure(!spread && !kwSpread && kwargs.length === 0)
        args.push(this.expression())
      }
    }
    stream.expectOperator(')')
    return { args: exact(args), kwargs: exact(kwargs), spread, kwSpread }
  }

  #atKeyword(): boolean {
    if (this.stream.current.type !== 'name') return false
    const next = this.stream.look()
    return next.type === 'operator' && next.value === '='
  }

  #keyword(): KeywordNode {
    const { offset, value: name } = this.stream.expectName()
    this.stream.next()
    const value = this.expression()
    return { kind: 'keyword', name, value, offset, end: this.stream.lastEnd }
  }
}

const NONE: readonly never[] = []

/** A list that was pushed to has room for sixteen more, which templates that are kept are better without. */
function exact<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? NONE : list.slice()
}

const NO_ARGUMENTS: Arguments = { args: [], kwargs: [], spread: null, kwSpread: null }
