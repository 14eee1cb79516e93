import { describe, expect, it } from 'vitest'
import {
  PythonError,
  parse,
  position,
  render,
  TemplateError,
  TemplateSyntaxError,
  type Value,
} from '../../src/jinja/index.ts'

/** `^` marks where the error is to be; it is no part of the template. */
function marked(text: string): { template: string; offset: number } {
  return { template: text.replace('^', ''), offset: text.indexOf('^') }
}

function failure(template: string, scope = new Map<string, Value>()): TemplateError | TemplateSyntaxError {
  try {
    render(parse(template, { name: 'models/x.sql' }), scope)
  } catch (error) {
    if (error instanceof TemplateError || error instanceof TemplateSyntaxError) return error
    throw error
  }
  throw new Error(`no error: ${template}`)
}

describe('a template that Jinja cannot read', () => {
  it.each([
    ['select 1 {{ a + ^}}', "unexpected 'end of print statement'"],
    ['{{ a ^b }}', "expected token 'end of print statement', got 'b'"],
    ['{{ f(1^', "unexpected end of template, expected ','."],
    ['x\n{% if a %}\n{% ^endfor %}', "Encountered unknown tag 'endfor'."],
    ['{% if a %}x^', 'Unexpected end of template.'],
    ['{% ^nope %}', "Encountered unknown tag 'nope'."],
    ['{{ (a^] }}', "unexpected ']', expected ')'"],
    ['{{ a ^& b }}', "unexpected char '&' at 5"],
    ["{{ ^'a", 'unexpected char "\'" at 3'],
    ['^{# never closed', 'Missing end of comment tag'],
    ['{% set ^1 = 2 %}', "can't assign to 'const'"],
    ['{{ ^x|no_such_filter }}', "No filter named 'no_such_filter'."],
    ['{{ ^x is no_such_test }}', "No test named 'no_such_test'."],
    ['^{% break %}', "'break' outside loop"],
    ["{% materialization m, ^wrong='x' %}{% endmaterialization %}", "received unknown argument 'wrong'"],
  ])('%s', (text, message) => {
    const { template, offset } = marked(text)
    expect(failure(template)).toMatchObject({
      message: expect.stringContaining(message),
      offset,
      template: 'models/x.sql',
    })
  })
})

describe('a template that fails', () => {
  it.each([
    ['select {{ ^missing.column }}', 'UndefinedError', "'missing' is undefined"],
    ['{{ 1 }}\n  {{ ^none + 1 }}', 'TypeError', "unsupported operand type(s) for +: 'NoneType' and 'int'"],
    ['{% for x in ^5 %}{% endfor %}', 'TypeError', "'int' object is not iterable"],
    ['{{ ^[1]|first(2) }}', 'TypeError', 'takes no arguments'],
    ["{{ ^'a'.index('b') }}", 'ValueError', 'substring not found'],
    ['{% set a, b = ^[1] %}', 'ValueError', 'not enough values to unpack (expected 2, got 1)'],
    ['{{ ^raises() }}', 'CompilationError', 'said by the host'],
    ["^{% include 'x' %}", 'TypeError', 'no loader'],
  ])('%s', (text, type, message) => {
    const { template, offset } = marked(text)
    const scope = new Map<string, Value>([
      [
        'raises',
        () => {
          throw new HostError('said by the host')
        },
      ],
    ])
    expect(failure(template, scope)).toMatchObject({ type, message: expect.stringContaining(message), offset })
  })

  it('says the way through macros, innermost first', () => {
    const template =
      '{% macro inner(x) %}{{ x.y.z }}{% endmacro %}{% macro outer() %}{{ inner({}) }}{% endmacro %}{{ outer() }}'
    const error = failure(template)
    expect(error).toMatchObject({
      trace: [
        { template: 'models/x.sql', offset: template.indexOf('x.y.z'), macro: 'inner' },
        { template: 'models/x.sql', offset: template.indexOf('inner({})'), macro: 'outer' },
        { template: 'models/x.sql', offset: template.lastIndexOf('outer()'), macro: null },
      ],
    })
  })

  it('lets an error through that is none of the template', () => {
    const bug = new Error('a bug of the host')
    const scope = new Map<string, Value>([
      [
        'f',
        () => {
          throw bug
        },
      ],
    ])
    expect(() => render(parse('{{ f() }}'), scope)).toThrow(bug)
  })
})

/** A host's own kind of error, as dbt's compiler errors are. */
class HostError extends PythonError {
  constructor(message: string) {
    super('CompilationError', message)
  }
}

describe('position', () => {
  it.each([
    ['a\nb', 0, 1, 1],
    ['a\nb', 2, 2, 1],
    ['a\r\nbc', 4, 2, 2],
    ['a\rb', 2, 2, 1],
    ['', 0, 1, 1],
  ])('%j at %i', (source, offset, line, column) => expect(position(source, offset)).toEqual({ line, column }))
})
