import type {
  CallBlockNode,
  Expression,
  ForNode,
  IfNode,
  MacroNode,
  OutputNode,
  Parameter,
  Statement,
  TextNode,
  UnsupportedNode,
  WithNode,
} from './ast.ts'
import { TemplateSyntaxError } from './errors.ts'
import type { Token } from './lexer.ts'
import { ExpressionParser } from './parse-expression.ts'
import { quote } from './quote.ts'
import { TokenStream } from './stream.ts'

/** Tags within tags before a template is refused. */
const MAX_NESTING = 100

/** The statements of a template. Throws TemplateSyntaxError with Jinja's message. */
export function parseTokens(tokens: readonly Token[]): Statement[] {
  const stream = new TokenStream(tokens)
  return new StatementParser(stream).template()
}

class StatementParser {
  readonly #stream: TokenStream
  readonly #expressions: ExpressionParser
  /** Tags that are open, for messages. */
  readonly #tags: string[] = []
  /** What each open tag waits for, for messages. */
  readonly #awaited: (readonly string[])[] = []

  constructor(stream: TokenStream) {
    this.#stream = stream
    this.#expressions = new ExpressionParser(stream)
  }

  template(): Statement[] {
    return this.#subparse([])
  }

  /** Statements up to one of the tags in `ends`, whose name is then the current token. */
  #subparse(ends: readonly string[]): Statement[] {
    const stream = this.#stream
    const body: Statement[] = []
    let parts: (TextNode | Expression)[] = []
    const flush = () => {
      const [first] = parts
      // What was pushed to has room for sixteen more; a copy has none.
      if (first) body.push({ kind: 'output', parts: parts.slice(), offset: first.offset, end: stream.lastEnd })
      parts = []
    }
    if (this.#awaited.length > MAX_NESTING) throw this.#fail('too many nested blocks')
    if (ends.length > 0) this.#awaited.push(ends)
    while (stream.current.type !== 'eof') {
      const { type } = stream.current
      if (type === 'data') {
        const token = stream.next()
        parts.push({ kind: 'text', text: String(token.value), offset: token.offset, end: token.end })
      } else if (type === 'variable_begin') {
        stream.next()
        parts.push(this.#expressions.tuple())
        stream.expectType('variable_end')
      } else {
        flush()
        const { offset } = stream.next()
        if (stream.current.type === 'name' && ends.includes(String(stream.current.value))) {
          this.#awaited.pop()
          return body
        }
        body.push(this.#statement(offset))
        stream.expectType('block_end')
      }
    }
    flush()
    if (ends.length > 0) this.#awaited.pop()
    return body
  }

  /** The body of a tag up to one of `ends`; the end tag's name is taken and given back. */
  #body(...ends: readonly string[]): { body: Statement[]; end: string } {
    const stream = this.#stream
    stream.skipOperator(':')
    stream.expectType('block_end')
    const body = this.#subparse(ends)
    if (stream.current.type === 'eof') this.#failUnknown(null, [...this.#awaited, ends])
    return { body, end: String(stream.next().value) }
  }

  /** Where the statement ends: after its `%}`, when that is next. */
  #end(): number {
    const { current } = this.#stream
    return current.type === 'block_end' ? current.end : this.#stream.lastEnd
  }

  #fail(message: string, offset = this.#stream.current.offset): TemplateSyntaxError {
    return new TemplateSyntaxError(message, offset)
  }

  #failUnknown(tag: string | null, awaited: readonly (readonly string[])[]): never {
    const last = awaited.at(-1)
    const looking = last?.map((name) => quote(name)).join(' or ')
    const message = [tag === null ? 'Unexpected end of template.' : `Encountered unknown tag ${quote(tag)}.`]
    if (looking && tag !== null && awaited.some((names) => names.includes(tag))) {
      message.push(
        `You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ${looking}.`,
      )
    } else if (looking) {
      message.push(`Jinja was looking for the following tags: ${looking}.`)
    }
    const innermost = this.#tags.at(-1)
    if (innermost) message.push(`The innermost block that needs to be closed is ${quote(innermost)}.`)
    throw this.#fail(message.join(' '))
  }

  /** The statement whose name is the current token; `offset` is that of its `{%`. */
  #statement(offset: number): Statement {
    const token = this.#stream.current
    if (token.type !== 'name') throw this.#fail('tag name expected')
    const tag = String(token.value)
    const parse = TAGS.get(tag)
    if (!parse) this.#failUnknown(tag, this.#awaited)
    this.#tags.push(tag)
    this.#stream.next()
    const statement = parse(this, offset, tag)
    this.#tags.pop()
    return statement
  }

  parseFor(offset: number): ForNode {
    const stream = this.#stream
    const target = this.#expressions.target()
    stream.expectName('in')
    const iterable = this.#expressions.tuple({ conditional: false })
    const filter = stream.skipName('if') ? this.#expressions.expression() : null
    const recursive = stream.skipName('recursive')
    const { body, end } = this.#body('endfor', 'else')
    const otherwise = end === 'else' ? this.#body('endfor').body : []
    return { kind: 'for', target, iterable, filter, recursive, body, otherwise, offset, end: this.#end() }
  }

  parseIf(offset: number): IfNode {
    const branches: { test: Expression; body: Statement[] }[] = []
    let otherwise: Statement[] = []
    for (;;) {
      const test = this.#expressions.tuple({ conditional: false })
      const { body, end } = this.#body('elif', 'else', 'endif')
      branches.push({ test, body })
      if (end === 'elif') continue
      if (end === 'else') otherwise = this.#body('endif').body
      return { kind: 'if', branches, otherwise, offset, end: this.#end() }
    }
  }

  parseSet(offset: number): Statement {
    const stream = this.#stream
    const target = this.#expressions.target({ namespaces: true })
    if (stream.skipOperator('=')) {
      const value = this.#expressions.tuple()
      return { kind: 'set', target, value, offset, end: this.#end() }
    }
    const filter = this.#expressions.filters(false)
    const { body } = this.#body('endset')
    return { kind: 'set-block', target, filter, body, offset, end: this.#end() }
  }

  parseWith(offset: number): WithNode {
    const stream = this.#stream
    const targets: { target: WithNode['targets'][number]['target']; value: Expression }[] = []
    while (stream.current.type !== 'block_end') {
      if (targets.length > 0) stream.expectOperator(',')
      const target = this.#expressions.target()
      stream.expectOperator('=')
      targets.push({ target, value: this.#expressions.expression() })
    }
    const { body } = this.#body('endwith')
    return { kind: 'with', targets, body, offset, end: this.#end() }
  }

  parsePrint(offset: number): OutputNode {
    const parts: Expression[] = []
    while (this.#stream.current.type !== 'block_end') {
      if (parts.length > 0) this.#stream.expectOperator(',')
      parts.push(this.#expressions.expression())
    }
    return { kind: 'output', parts, offset, end: this.#end() }
  }

  parseDo(offset: number): Statement {
    const expression = this.#expressions.tuple()
    return { kind: 'do', expression, offset, end: this.#end() }
  }

  parseCall(offset: number): CallBlockNode {
    const stream = this.#stream
    const parameters = stream.isOperator('(') ? this.#signature() : []
    const call = this.#expressions.expression()
    if (call.kind !== 'call') throw this.#fail('expected call', offset)
    const { body } = this.#body('endcall')
    return { kind: 'call-block', parameters, call, body, offset, end: this.#end() }
  }

  parseFilter(offset: number): Statement {
    const filter = this.#expressions.filters(true)
    if (!filter) throw this.#fail('expected a filter')
    const { body } = this.#body('endfilter')
    return { kind: 'filter-block', filter, body, offset, end: this.#end() }
  }

  parseBlock(offset: number): Statement {
    const stream = this.#stream
    const name = stream.expectName().value
    stream.skipName('scoped')
    stream.skipName('required')
    if (stream.isOperator('-')) {
      throw this.#fail(
        'Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead.',
      )
    }
    const { body } = this.#body('endblock')
    stream.skipName(name)
    return { kind: 'block', name, body, offset, end: this.#end() }
  }

  parseMacro(offset: number): MacroNode {
    const name = this.#expressions.assignedName()
    const parameters = this.#signature()
    const { body } = this.#body('endmacro')
    return this.#macro('macro', name.name, name, parameters, body, offset)
  }

  parseTest(offset: number, tag: string): MacroNode {
    const name = this.#expressions.assignedName()
    const parameters = this.#signature()
    const { body } = this.#body(`end${tag}`)
    return this.#macro(tag === 'test' ? 'test' : 'data_test', `test_${name.name}`, name, parameters, body, offset)
  }

  parseDocs(offset: number): MacroNode {
    const name = this.#expressions.assignedName()
    const { body } = this.#body('enddocs')
    return this.#macro('docs', name.name, name, [], body, offset)
  }

  parseMaterialization(offset: number): MacroNode {
    const stream = this.#stream
    const name = this.#expressions.assignedName()
    let adapter = 'default'
    let languages: Parameter | null = null
    while (stream.skipOperator(',')) {
      const option = this.#expressions.assignedName()
      if (option.name === 'default') continue
      if (option.name === 'adapter') {
        stream.expectOperator('=')
        const value = this.#expressions.expression()
        if (value.kind !== 'const') throw this.#fail('the adapter of a materialization must be a text', value.offset)
        adapter = String(value.value)
      } else if (option.name === 'supported_languages') {
        stream.expectOperator('=')
        languages = { ...option, default: this.#expressions.expression(), type: null, end: stream.lastEnd }
      } else {
        throw this.#fail(`materialization '${name.name}' received unknown argument '${option.name}'.`, option.offset)
      }
    }
    const { body } = this.#body('endmaterialization')
    const parameters = [languages ?? onlySql(name.offset)]
    const full = `materialization_${name.name}_${adapter}`
    return { ...this.#macro('materialization', full, name, parameters, body, offset), adapter }
  }

  #macro(
    tag: MacroNode['tag'],
    name: string,
    written: { name: string; offset: number },
    parameters: readonly Parameter[],
    body: readonly Statement[],
    offset: number,
  ): MacroNode {
    const { name: writtenName, offset: nameOffset } = written
    const end = this.#end()
    return { kind: 'macro', tag, name, writtenName, nameOffset, adapter: null, parameters, body, offset, end }
  }

  /** `(a, b: string, c=1)`; types are dbt's. */
  #signature(): Parameter[] {
    const stream = this.#stream
    const parameters: Parameter[] = []
    let defaults = false
    stream.expectOperator('(')
    while (!stream.isOperator(')')) {
      if (parameters.length > 0) stream.expectOperator(',')
      const { name, offset } = this.#expressions.assignedName()
      const type = stream.skipOperator(':') ? this.#type() : null
      let value: Expression | null = null
      if (stream.skipOperator('=')) {
        value = this.#expressions.expression()
        defaults = true
      } else if (defaults) {
        throw this.#fail('non-default argument follows default argument')
      }
      parameters.push({ name, default: value, type, offset, end: this.#end() })
    }
    stream.next()
    return parameters
  }

  #type(): string {
    const stream = this.#stream
    const { value: name } = stream.expectName()
    if (!stream.skipOperator('[')) return name
    const parameters: string[] = []
    while (!stream.isOperator(']')) {
      if (parameters.length > 0) stream.expectOperator(',')
      parameters.push(this.#type())
    }
    stream.next()
    return `${name}[${parameters.join(', ')}]`
  }

  /** Tags that need other templates: read, so that they fail only when they are reached. */
  parseUnsupported(offset: number, tag: UnsupportedNode['tag']): UnsupportedNode {
    const stream = this.#stream
    const expressions = [this.#expressions.expression()]
    if (tag === 'autoescape') this.#body('endautoescape')
    if (tag === 'import') {
      stream.expectName('as')
      stream.expectName()
    }
    if (tag === 'from') stream.expectName('import')
    while (stream.current.type === 'name' || (tag === 'from' && stream.isOperator(','))) stream.next()
    return { kind: 'unsupported', tag, expressions, offset, end: this.#end() }
  }
}

function onlySql(offset: number): Parameter {
  const place = { offset, end: offset }
  const languages: Expression = { kind: 'list', items: [{ kind: 'const', value: 'sql', ...place }], ...place }
  return { name: 'supported_languages', default: languages, type: null, ...place }
}

type ParseTag = (parser: StatementParser, offset: number, tag: string) => Statement

const TAGS: ReadonlyMap<string, ParseTag> = new Map<string, ParseTag>([
  ['for', (parser, offset) => parser.parseFor(offset)],
  ['if', (parser, offset) => parser.parseIf(offset)],
  ['set', (parser, offset) => parser.parseSet(offset)],
  ['with', (parser, offset) => parser.parseWith(offset)],
  ['print', (parser, offset) => parser.parsePrint(offset)],
  ['do', (parser, offset) => parser.parseDo(offset)],
  ['call', (parser, offset) => parser.parseCall(offset)],
  ['filter', (parser, offset) => parser.parseFilter(offset)],
  ['block', (parser, offset) => parser.parseBlock(offset)],
  ['macro', (parser, offset) => parser.parseMacro(offset)],
  ['test', (parser, offset, tag) => parser.parseTest(offset, tag)],
  ['data_test', (parser, offset, tag) => parser.parseTest(offset, tag)],
  ['docs', (parser, offset) => parser.parseDocs(offset)],
  ['materialization', (parser, offset) => parser.parseMaterialization(offset)],
  ['break', (_, offset) => ({ kind: 'break', offset, end: offset })],
  ['continue', (_, offset) => ({ kind: 'continue', offset, end: offset })],
  ['include', (parser, offset) => parser.parseUnsupported(offset, 'include')],
  ['import', (parser, offset) => parser.parseUnsupported(offset, 'import')],
  ['from', (parser, offset) => parser.parseUnsupported(offset, 'from')],
  ['extends', (parser, offset) => parser.parseUnsupported(offset, 'extends')],
  ['autoescape', (parser, offset) => parser.parseUnsupported(offset, 'autoescape')],
])
