import { describe, expect, it } from 'vitest'
import {
  bindMacro,
  blocks,
  type CallSite,
  call,
  Dict,
  dumpJson,
  equal,
  Float,
  fromJson,
  getAttribute,
  getItem,
  HostObject,
  type Kwargs,
  macroReturn,
  macros,
  type NameScope,
  PythonSet,
  parse,
  position,
  render,
  renderNative,
  repr,
  scopes,
  str,
  Tuple,
  toJson,
  Undefined,
  type Value,
  walk,
} from '../../src/jinja/index.ts'

function scope(entries: { readonly [name: string]: Value } = {}): Map<string, Value> {
  return new Map(Object.entries(entries))
}

class Relation extends HostObject {
  readonly typeName = 'Relation'
  override attribute(name: string): Value | undefined {
    if (name === 'identifier') return 'orders'
    return name === 'none' ? null : undefined
  }
  override item(key: Value): Value | undefined {
    return key === 'schema' ? 'gold' : undefined
  }
  override call(args: readonly Value[], kwargs: Kwargs): Value {
    return `${args.length}/${[...kwargs.keys()].join()}`
  }
  override text(): string {
    return '"gold"."orders"'
  }
  override iterate(): Iterable<Value> {
    return ['a', 'b']
  }
  override binary(operator: string, other: Value, reflected: boolean): Value | undefined {
    return operator === '-' ? `${reflected ? 'r' : 'l'}${str(other)}` : undefined
  }
}

describe('what a host lends', () => {
  it.each([
    ['{{ r }}', '"gold"."orders"'],
    ['{{ r.identifier }}/{{ r.schema }}/{{ r["schema"] }}/{{ r["identifier"] }}', 'orders/gold/gold/orders'],
    ['{{ r.none }}', 'None'],
    ['{{ r.nope is defined }}', 'False'],
    ['{{ r(1, 2, x=3) }}', '2/x'],
    ['{% for x in r %}{{ x }}{{ loop.last }}{% endfor %}', 'aFalsebTrue'],
    ['{{ r - 5 }}|{{ 5 - r }}', 'l5|r5'],
    ['{{ r|list }}|{{ r is iterable }}|{{ r is mapping }}|{{ r is string }}', "['a', 'b']|True|False|False"],
    ['{{ r ~ "x" }}|{{ [r] }}', '"gold"."orders"x|["gold"."orders"]'],
    ['{{ r.__class__ }}{{ r.constructor }}{{ r.typeName }}{{ r.attribute }}', ''],
    ['{{ f.constructor }}{{ f.prototype }}{{ f.name }}{{ f.call }}', ''],
    ['{{ {}.constructor }}{{ {}["__proto__"] }}{{ [].length }}{{ "a".length }}{{ (1).toFixed }}', ''],
    ['{{ constructor }}{{ toString }}{{ __proto__ }}{{ hasOwnProperty }}', ''],
    [
      '{% set d = {"__proto__": 1, "constructor": 2} %}{{ d }}{{ d.constructor }}',
      "{'__proto__': 1, 'constructor': 2}2",
    ],
  ])('%s', (template, expected) => {
    expect(render(parse(template), scope({ r: new Relation(), f: () => null }))).toBe(expected)
  })

  it('hears from where it is called', () => {
    const seen: string[] = []
    const ref = (args: readonly Value[], _: Kwargs, site: CallSite) => {
      seen.push(`${str(args[0] ?? null)} ${site.name}:${site.offset}`)
      return str(args[0] ?? null)
    }
    const source = "select * from {{ ref('a') }} join {{ ref('b')|upper }}"
    render(parse(source, { name: 'm.sql' }), scope({ ref }))
    expect(seen).toEqual([`a m.sql:${source.indexOf("ref('a')")}`, `b m.sql:${source.indexOf("ref('b')")}`])
  })

  it('is asked for a name only when it is used', () => {
    const asked: string[] = []
    const lazy: NameScope = {
      get(name) {
        asked.push(name)
        return name
      },
    }
    const template =
      '{% set own = 1 %}{{ own }}{% if false %}{{ never }}{% endif %}{{ used }}{% for x in [1] %}{{ x }}{% endfor %}'
    expect(render(parse(template), lazy)).toBe('1used1')
    expect(asked).toEqual(['used'])
  })

  it('looks in several scopes, first match wins, before the globals of Jinja', () => {
    const both = scopes(scope({ a: 1 }), scope({ a: 2, range: 'mine' }))
    expect(render(parse('{{ a }}{{ range }}{{ dict(x=1) }}'), both)).toBe("1mine{'x': 1}")
  })
})

describe('bound macros', () => {
  const source = `{% macro add(a, b=1) %}{{ return(a + b) }} never {% endmacro %}
{% macro twice(x) %}{{ add(x, b=x) }}{% endmacro %}
{% macro wrap() %}<{{ caller() }}>{{ varargs }}{{ kwargs }}{% endmacro %}
{% test positive(model, column_name) %}select {{ column_name }} from {{ model }}{% endtest %}
{% materialization view, adapter='databricks', supported_languages=['sql', 'python'] %}made{% endmaterialization %}
{% materialization table, default %}made{% endmaterialization %}
{% macro typed(a: string, b: list[optional[int]] = none) %}{% endmacro %}`
  const template = parse(source, { name: 'macros/all.sql' })
  const names = scope({ return: macroReturn })
  for (const macro of macros(template)) names.set(macro.name, bindMacro(template, macro, names))

  it.each([
    ['{{ add(1) + add(1, 2) }}', '5'],
    ['{{ twice(4) }}', '8'],
    ['{{ add("a", b="b") is string }}', 'True'],
    ['{% call wrap(1, k=2) %}in{% endcall %}', "<in>(1,){'k': 2}"],
    ["{{ test_positive('m', column_name='c') }}", 'select c from m'],
    ['{{ materialization_view_databricks() }}{{ materialization_table_default() }}', 'mademade'],
    ['{{ add.name }} {{ add.arguments }}', "add ('a', 'b')"],
  ])('%s', (text, expected) => expect(render(parse(text), names)).toBe(expected))

  it('says what a file defines', () => {
    expect(
      macros(template).map(({ tag, name, adapter, nameOffset }) => [
        tag,
        name,
        adapter,
        source.slice(nameOffset).split(/\W/)[0],
      ]),
    ).toEqual([
      ['macro', 'add', null, 'add'],
      ['macro', 'twice', null, 'twice'],
      ['macro', 'wrap', null, 'wrap'],
      ['test', 'test_positive', null, 'positive'],
      ['materialization', 'materialization_view_databricks', 'databricks', 'view'],
      ['materialization', 'materialization_table_default', 'default', 'table'],
      ['macro', 'typed', null, 'typed'],
    ])
    expect(
      macros(template)
        .at(-1)
        ?.parameters.map(({ name, type }) => [name, type]),
    ).toEqual([
      ['a', 'string'],
      ['b', 'list[optional[int]]'],
    ])
  })

  it('can be called by the host', () => {
    const add = names.get('add') ?? null
    expect(call(add, [1], new Map([['b', 5]]))).toBe(6)
    expect(() => call(add, [1, 2, 3])).toThrow('takes not more than 2 argument(s)')
  })

  it('knows nothing of the template around it', () => {
    const around = parse('{% set a = 1 %}{% macro m() %}{{ a }}{% endmacro %}')
    const [macro] = macros(around)
    if (!macro) throw new Error('no macro')
    expect(call(bindMacro(around, macro, scope({ a: 'of the host' })), [])).toBe('of the host')
  })

  it('has another name within its own template with a prefix', () => {
    const text = '{% macro m() %}own{% endmacro %}{{ m() }}{{ dbt_macro__m() }}'
    expect(render(parse(text, { macroPrefix: 'dbt_macro__' }), scope({ m: () => 'host ' }))).toBe('host own')
  })

  it('ends a template with an error when it returns outside of a macro', () => {
    expect(() => render(parse('{{ return(1) }}'), names)).toThrow('outside of a macro')
  })
})

describe('native rendering', () => {
  it.each<[string, Value]>([
    ['{{ one }}', 1],
    ['{{ 1 }}', '1'],
    ['{{ list }}', [1, 2]],
    ['{{ none_ }}', null],
    ['{{ one }}{{ one }}', '11'],
    ["{{ '5'|as_number }}", 5],
    ["{{ '[1, 2]'|as_native }}", [1, 2]],
    ["{{ 'True'|as_bool }}", true],
    ['{{ one|as_text }}', '1'],
    ['', ''],
    ['text', 'text'],
  ])('%s', (template, expected) => {
    expect(renderNative(parse(template), scope({ one: 1, list: [1, 2], none_: null }))).toEqual(expected)
  })

  it('does not reach into the macros of the host', () => {
    const names = scope()
    const template = parse("{% macro m() %}{{ 1 + 1 }}{{ '2'|as_number }}{{ [1] }}{% endmacro %}")
    for (const macro of macros(template)) names.set(macro.name, bindMacro(template, macro, names))
    expect(renderNative(parse('{{ m() }}'), names)).toBe('22[1]')
  })
})

describe('places in the source', () => {
  it('are found for calls, without running anything', () => {
    const source =
      "{{ config(materialized='table') }}\n{% if x %}{{ ref('a', 'b', v=2) }}{% endif %}{% set q = source('s', 't')|upper %}"
    const found: string[] = []
    walk(parse(source), (node) => {
      if (node.kind === 'call')
        found.push(`${position(source, node.offset).line} ${source.slice(node.offset, node.end)}`)
      return undefined
    })
    expect(found).toEqual(["1 config(materialized='table')", "2 ref('a', 'b', v=2)", "2 source('s', 't')"])
  })

  it('skip what the visitor does not want', () => {
    const seen: string[] = []
    walk(parse('{% macro m() %}{{ inner }}{% endmacro %}{{ outer }}'), (node) => {
      if (node.kind === 'name') seen.push(node.name)
      return node.kind !== 'macro'
    })
    expect(seen).toEqual(['outer'])
  })

  it('stay those of the file for a part of it', () => {
    const source = '{% snapshot s %}\n select {{ a.b }}\n{% endsnapshot %}\n'
    const [block] = blocks(source, new Set(['snapshot'])).blocks
    if (!block) throw new Error('no block')
    const part = parse(source, { start: block.contentsStart, end: block.contentsEnd })
    expect(render(part, scope({ a: Dict.of({ b: 1 }) }))).toBe('\n select 1')
    const places: string[] = []
    walk(part, (node) => {
      if (node.kind === 'attribute') places.push(source.slice(node.offset, node.end))
      return undefined
    })
    expect(places).toEqual(['a.b'])
  })

  it('cover each statement from its first tag to its last', () => {
    const source = 'a {% if x %}b{% endif %} c {% set y %}d{% endset %}{%- for i in z -%}{% endfor -%}'
    const texts = parse(source).body.map((node) => source.slice(node.offset, node.end))
    expect(texts).toEqual([
      'a ',
      '{% if x %}b{% endif %}',
      ' c ',
      '{% set y %}d{% endset %}',
      '{%- for i in z -%}{% endfor -%}',
    ])
  })

  it('say where an unexpected tag is', () => {
    const source = ' {% set x = 1 %}{% macro m() %}{% set y = 2 %}{% endmacro %}'
    expect(blocks(source, new Set(['macro'])).unexpected).toEqual([{ tag: 'set', offset: 1 }])
  })
})

describe('values', () => {
  it('keep the keys of a dict as Python does', () => {
    const dict = Dict.from([
      [1, 'int'],
      [new Float(1), 'float'],
      [true, 'bool'],
      ['1', 'str'],
      [Tuple.of(1, 'a'), 'tuple'],
      ['\0t', 'text'],
    ])
    expect(repr(dict)).toBe("{1: 'bool', '1': 'str', (1, 'a'): 'tuple', '\\x00t': 'text'}")
    expect(dict.get(Tuple.of(new Float(1), 'a'))).toBe('tuple')
    expect(dict.delete(true)).toBe(true)
    expect([dict.size, dict.has(1)]).toEqual([3, false])
    expect(() => dict.set([], 1)).toThrow("unhashable type: 'list'")
  })

  it('come from JSON and go back', () => {
    const data = { a: [1, 1.5, 'x', null, true], b: { c: {} }, ['__proto__']: 1 }
    const value = fromJson(data)
    expect(repr(value)).toBe("{'a': [1, 1.5, 'x', None, True], 'b': {'c': {}}, '__proto__': 1}")
    expect(JSON.stringify(toJson(value))).toBe(JSON.stringify(data))
    expect(equal(fromJson(1e21), new Float(1e21))).toBe(true)
    expect(() => toJson([new Undefined({ name: 'x' })])).toThrow('Object of type Undefined is not JSON serializable')
    expect(() => toJson(new PythonSet([1]))).toThrow('Object of type set is not JSON serializable')
  })

  it.each<[Value, Parameters<typeof dumpJson>[1], string]>([
    [Dict.of({ b: 1, a: [new Float(2), null] }), {}, '{"b": 1, "a": [2.0, null]}'],
    [Dict.of({ b: 1, a: 2 }), { sortKeys: true }, '{"a": 2, "b": 1}'],
    [Dict.of({ a: [1], e: [] }), { indent: 2 }, '{\n  "a": [\n    1\n  ],\n  "e": []\n}'],
    ['é😀\n"', {}, '"\\u00e9\\ud83d\\ude00\\n\\""'],
    [new Float(Number.POSITIVE_INFINITY), {}, 'Infinity'],
  ])('%o as JSON text', (value, options, expected) => expect(dumpJson(value, options)).toBe(expected))

  it('are looked up by the rules of the sandbox', () => {
    const dict = Dict.of({ items: 1, x: null })
    expect(repr(getAttribute(dict, 'items'))).toContain('built-in method items')
    expect([getItem(dict, 'items'), getAttribute(dict, 'x')]).toEqual([1, null])
    expect(getAttribute(dict, 'y')).toBeInstanceOf(Undefined)
  })

  it.each([
    [
      '{{ s }}|{{ s|length }}|{{ 2 in s }}|{{ s - t }}|{{ s.union(t) }}|{{ s == t }}|{{ s < s.union(t) }}',
      '{1, 2}|2|True|{1}|{1, 2, 3}|False|True',
    ],
    ['{% do s.add(9) %}{% do s.discard(1) %}{{ s }}{{ s.intersection(t) }}{{ s.isdisjoint(t) }}', '{2, 9}{2}False'],
  ])('sets: %s', (template, expected) => {
    expect(render(parse(template), scope({ s: new PythonSet([1, 2]), t: new PythonSet([2, 3]) }))).toBe(expected)
  })
})
