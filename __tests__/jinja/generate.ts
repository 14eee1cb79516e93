import { numbers } from '../tools/numbers.ts'
import type { Case } from './templates.ts'

const NAMES = 'a b f big t n s e u l words tup d users html lines mixed long zz x y'.split(' ')
const LITERALS =
  `0 1 2 -1 3 10 255 0.5 1.5 2.25 -0.1 1e3 1e16 true false none 'a' 'b c' "it's" '' '12' ' 7 ' 'x,y' [] {} () [1,2]
['b','A','a'] {'a':1} (1,) (1,'x') [3,1.5,2] [[1,2],[3]] [none,0,'']`.split(/ (?![^'"[({]*['"\])}])|\n/)
const ATTRIBUTES = 'x y name age city nested k missing 0'.split(' ')
const OPERATORS = '+ - * / // % ~ == != < <= > >= and or in'.split(' ').concat(['not in'])
const TESTS =
  `defined undefined none number string mapping sequence iterable odd even true false boolean integer float lower upper
callable escaped sameas(1) eq(1) ne('a') gt(1) lt(2) in([1,'a']) divisibleby(2)`.split(/\s+/)
const FILTERS =
  `abs capitalize center(8) count default('d') default('d',true) dictsort e escape first float float(1.5) forceescape int int(3)
join join(',') last length list lower max min pprint replace('a','b') reverse|list round round(1) round(1,'floor') round(0,'ceil') round(-1) safe
sort sort(reverse=true) sort(case_sensitive=true) string striptags sum title tojson trim truncate(9) truncate(9,true,'.') unique|list upper
urlencode wordcount wordwrap(9) indent indent(2,true) batch(2)|list batch(2,0)|list slice(2)|list map('upper')|list map('string')|list
map(attribute='name')|list map(attribute='x',default=1)|list select|list select('odd')|list reject('none')|list selectattr('age')|list
selectattr('age','gt',26)|list rejectattr('name','eq','Bob')|list groupby('age')|list sort(attribute='age')|map(attribute='name')|list
sum(attribute='age') items|list filesizeformat xmlattr format(1) attr('x') is_list d(0) wordwrap(5,false) random|string|length`
    .split(/\s+/)
    .filter((filter) => !/is_list|random/.test(filter))
const METHODS =
  `upper() lower() title() split() split(',') strip() replace('a','X') startswith('H') endswith('d') find('o') count('l') join(['p','q'])
splitlines() zfill(6) center(9,'*') ljust(6) rjust(6) partition(' ') capitalize() swapcase() isdigit() isalpha() format(1,x=2) get('x')
get('q',1) keys()|list values()|list items()|list copy() index(1) count(1) pop() append(1) extend([1]) update({'z':1}) setdefault('q',2)
isupper() islower() istitle() removeprefix('H') expandtabs() rsplit(none,1) insert(0,9) remove(1) is_integer() bit_length()`.split(
    /\s+/,
  )

const TEXT_FILTERS =
  `upper lower title capitalize trim center(9) replace('a','Z') truncate(9) truncate(7,true) wordwrap(8) indent(2) indent(2,true)
e escape forceescape striptags urlencode reverse int float(1.5) default('d') first last length wordcount list`.split(
    /\s+/,
  )
const TEXT_METHODS =
  `upper() lower() title() strip() swapcase() capitalize() replace('o','0') center(12,'*') ljust(9) rjust(9) zfill(7) expandtabs()
removeprefix('H') casefold() partition(' ')|join rsplit('o',1)|join('/') splitlines()|join('/')`.split(/\s+(?![^(]*\))/)
const LIST_FILTERS =
  `reverse|list unique|list map('string')|list map('string')|map('upper')|list select|list reject('none')|list batch(2)|list
slice(2)|list batch(3,0)|list length|string|list map('string')|sort map('string')|unique|list first|string|list select('string')|list
select('number')|list map('string')|map('length')|list`.split(/\s+/)
const TYPE_TESTS = 'string number mapping sequence iterable none defined boolean integer float callable'.split(' ')

class Generator {
  readonly #random: () => number
  constructor(seed: number) {
    this.#random = numbers(seed)
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#random() * items.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }

  #chance(probability: number): boolean {
    return this.#random() < probability
  }

  /** An expression of one type, which mostly works; the other ones mostly fail. */
  #typed(depth: number): string {
    if (this.#chance(0.35)) return this.#text_(depth)
    return this.#chance(0.5) ? this.#list(depth) : this.#number(depth)
  }

  #text_(depth: number): string {
    if (depth <= 0)
      return this.#pick(["'a b'", 's', 'e', 'u', 'html', 'lines', 'long', "'x,y'", 'words[0]', 'd.y', 'users[0].name'])
    const inner = () => this.#text_(depth - 1)
    return this.#pick([
      () => `${inner()} ~ ${this.#typed(depth - 1)}`,
      () => `(${inner()} + ${inner()})`,
      () => `${inner()}|${this.#pick(TEXT_FILTERS)}`,
      () => `(${inner()}).${this.#pick(TEXT_METHODS)}`,
      () => `(${inner()}|string)[${this.#slice()}]`,
      () => `${this.#list(depth - 1)}|join('${this.#pick(['', ', ', '-'])}')`,
      () => `${this.#typed(depth - 1)}|string`,
      () => `'%s-%5s' % (${this.#typed(depth - 1)}, ${inner()})`,
      () =>
        `'%05.2f|%d|%e|%g' % (${this.#number(depth - 1)}, ${this.#number(depth - 1)}, ${this.#number(depth - 1)}, ${this.#number(depth - 1)})`,
      () => `'{:>8}|{:^9,.2f}|{!r}'.format(${inner()}, ${this.#number(depth - 1)}, ${this.#typed(depth - 1)})`,
      () => `(${inner()} if ${this.#typed(depth - 1)} else ${inner()})`,
      () => `${this.#typed(depth - 1)}|tojson`,
    ])()
  }

  #list(depth: number): string {
    if (depth <= 0)
      return this.#pick([
        'l',
        'words',
        'tup',
        '[3, 1.5, 2]',
        "['b', 'A']",
        'mixed',
        'range(4)',
        'd',
        '[[2, 1], [1]]',
        'users',
      ])
    const inner = () => this.#list(depth - 1)
    return this.#pick([
      () => `[${this.#typed(depth - 1)}, ${this.#typed(depth - 1)}]`,
      () => `(${inner()}|list + [${this.#typed(depth - 1)}])`,
      () => `${inner()}|${this.#pick(LIST_FILTERS)}`,
      () => `(${inner()}|list)[${this.#slice()}]`,
      () => `(${this.#text_(depth - 1)}).split()`,
      () =>
        `{'k': ${this.#typed(depth - 1)}, 'j': ${this.#typed(depth - 1)}}.${this.#pick(['items()|list', 'keys()|list', 'values()|list'])}`,
      () => `{'k': ${this.#typed(depth - 1)}, 2: ${this.#typed(depth - 1)}}`,
    ])()
  }

  #number(depth: number): string {
    if (depth <= 0) return this.#pick(['a', 'b', 'f', '7', '0.25', '-2', 't', '1e3', 'd.x', 'users[0].age', '0.1'])
    const inner = () => this.#number(depth - 1)
    return this.#pick([
      () => `(${inner()} ${this.#pick(['+', '-', '*'])} ${inner()})`,
      () => `(${inner()} ${this.#pick(['/', '//', '%'])} ${this.#pick(['3', '-2', '0.5', '7'])})`,
      () => `(${inner()} ${this.#pick(['<', '<=', '==', '!=', '>'])} ${inner()})`,
      () => `(${this.#typed(depth - 1)} in ${this.#list(depth - 1)})`,
      () => `(${this.#typed(depth - 1)} == ${this.#typed(depth - 1)})`,
      () => `(${this.#typed(depth - 1)} and ${inner()})|length if false else ${inner()}`,
      () =>
        `${inner()}|${this.#pick(['abs', 'round', 'round(1)', "round(1, 'floor')", 'int', 'float', "round(0, 'ceil')"])}`,
      () => `(${this.#list(depth - 1)})|length`,
      () => `(${this.#text_(depth - 1)})|wordcount`,
      () => `-(${inner()})`,
      () => `(${this.#typed(depth - 1)} is ${this.#pick(TYPE_TESTS)})`,
    ])()
  }

  expression(depth: number): string {
    if (this.#chance(0.7)) return this.#typed(depth)
    if (depth <= 0 || this.#chance(0.2)) return this.#chance(0.55) ? this.#pick(NAMES) : this.#pick(LITERALS)
    const inner = () => this.expression(depth - 1)
    return this.#pick([
      () => `${inner()} ${this.#pick(OPERATORS)} ${inner()}`,
      () => `(${inner()} ${this.#pick(OPERATORS)} ${inner()})`,
      () => `${inner()} ${this.#pick(OPERATORS)} ${inner()}`,
      () => `${this.#primary(depth)}|${this.#pick(FILTERS)}`,
      () => `${this.#primary(depth)}|${this.#pick(FILTERS)}`,
      () => `${this.#primary(depth)}|${this.#pick(FILTERS)}|${this.#pick(FILTERS)}`,
      () => `${this.#primary(depth)}.${this.#pick(METHODS)}`,
      () => `${this.#primary(depth)}.${this.#pick(ATTRIBUTES)}`,
      () => `${this.#primary(depth)}[${inner()}]`,
      () => `${this.#pick(NAMES)}[${this.#slice()}]`,
      () => `${this.#primary(depth)} is ${this.#chance(0.2) ? 'not ' : ''}${this.#pick(TESTS)}`,
      () => `not ${inner()}`,
      () => `${this.#primary(depth)} ** ${this.#pick(['2', '0', '-1'])}`,
      () => `-${this.#primary(depth)}`,
      () => `${inner()} if ${inner()}${this.#chance(0.8) ? ` else ${inner()}` : ''}`,
      () => `[${inner()}, ${inner()}]`,
      () => `{'k': ${inner()}, ${this.#pick(NAMES)}: 1}`,
      () => `(${inner()}, ${inner()})`,
      () =>
        `'${this.#pick(['%s', '%d', '%5.1f', '%r', '%-4s|', '%x', '%05d', '%s %s', '%e', '%g'])}' % ${this.#primary(depth)}`,
      () =>
        `'${this.#pick(['{}', '{:>6}', '{:.2f}', '{!r}', '{0}{0}', '{:,}', '{:^7}', '{:05}', '{:e}'])}'.format(${inner()})`,
    ])()
  }

  #primary(depth: number): string {
    return this.#chance(0.6) ? this.#pick(NAMES) : `(${this.expression(depth - 1)})`
  }

  #slice(): string {
    const part = () => this.#pick(['', '', '0', '1', '2', '-1', '-2', '9'])
    return `${part()}:${part()}${this.#chance(0.3) ? `:${this.#pick(['', '1', '2', '-1', '-2'])}` : ''}`
  }

  #open(): string {
    return this.#pick(['{%', '{%', '{%', '{%-', '{%+'])
  }

  #close(): string {
    return this.#pick(['%}', '%}', '%}', '-%}', '+%}'])
  }

  #tag(inside: string): string {
    return `${this.#open()} ${inside} ${this.#close()}`
  }

  #text(): string {
    return this.#pick([
      '',
      ' ',
      '\n',
      'text',
      '  \n  ',
      'a b\n',
      ', ',
      '\t',
      '{ }',
      "'",
      '%',
      '\n\n',
      '{# c #}',
      '{#- c -#}\n',
    ])
  }

  statements(depth: number): string {
    const count = 1 + Math.floor(this.#random() * 3)
    let result = ''
    for (let index = 0; index < count; index++) result += this.#text() + this.statement(depth) + this.#text()
    return result
  }

  statement(depth: number): string {
    const expression = () => this.expression(2)
    if (depth <= 0) return `{{${this.#chance(0.1) ? '-' : ''} ${expression()} ${this.#chance(0.1) ? '-' : ''}}}`
    const body = () => this.statements(depth - 1)
    const name = this.#pick(['x', 'y', 'a', 'q'])
    return this.#pick([
      () => `{{ ${this.expression(3)} }}`,
      () => `{{ ${this.expression(3)} }}`,
      () => `${this.#tag(`if ${expression()}`)}${body()}${this.#tag('endif')}`,
      () =>
        `${this.#tag(`if ${expression()}`)}${body()}${this.#tag(`elif ${expression()}`)}${body()}${this.#tag('else')}${body()}${this.#tag('endif')}`,
      () => `${this.#tag(`for ${name} in ${this.#iterable()}`)}${this.#loopBody()}${body()}${this.#tag('endfor')}`,
      () =>
        `${this.#tag(`for ${name} in ${this.#iterable()} if ${expression()}`)}${body()}${this.#tag('else')}${body()}${this.#tag('endfor')}`,
      () =>
        `${this.#tag(`for k, v in ${this.#pick(['d.items()', "{'p':1,'q':2}.items()", 'd|dictsort', 'users|groupby("age")'])}`)}{{ k }}{{ v }}${this.#loopBody()}${this.#tag('endfor')}`,
      () => this.#tag(`set ${name} = ${expression()}`),
      () =>
        `${this.#tag(`set ${name}${this.#chance(0.3) ? ' | upper' : ''}`)}${body()}${this.#tag('endset')}{{ ${name} }}`,
      () => `${this.#tag(`with ${name} = ${expression()}`)}${body()}${this.#tag('endwith')}`,
      () =>
        `${this.#tag(`filter ${this.#pick(['upper', 'trim', "replace('a','b')", 'title', 'indent(2)', 'e'])}`)}${body()}${this.#tag('endfilter')}`,
      () => this.#macro(body),
      () => `{% do l.append(${expression()}) %}{{ l }}`,
      () =>
        `{% set ns = namespace(v=${expression()}) %}{% for i in [1, 2] %}{% set ns.v = ns.v + i %}{% endfor %}{{ ns.v }}`,
      () => `${this.#tag('raw')}{{ ${name} ${this.#tag('endraw')}`,
      () =>
        `{% for i in [1, 2, 3] %}{% if i ${this.#pick(['==', '>', '<'])} 2 %}{% ${this.#pick(['break', 'continue'])} %}{% endif %}{{ i }}${this.#text()}{% else %}E{% endfor %}`,
    ])()
  }

  #iterable(): string {
    return this.#pick([
      'l',
      'words',
      'users',
      'd',
      's[:3]',
      'tup',
      'range(3)',
      '[]',
      'zz',
      'mixed',
      "l|map('string')",
      this.expression(1),
    ])
  }

  #loopBody(): string {
    return this.#pick([
      '',
      '{{ loop.index }}',
      '{{ loop.last }}{{ loop.length }}',
      '{{ loop.previtem }}/{{ loop.nextitem }}',
      "{{ loop.cycle('p', 'q') }}",
      '{{ loop.revindex0 }}{{ loop.first }}',
      '{{ loop.changed(loop.index > 1) }}',
      '{% set x = 1 %}{{ x }}',
    ])
  }

  #macro(body: () => string): string {
    const parameters = this.#pick(['', 'x', 'x, y=1', 'x=2, y=x', 'x, y', 'x=[]'])
    const special = this.#pick(['', '', '{{ varargs }}', '{{ kwargs }}', '{{ caller() }}', '{{ caller is defined }}'])
    const call = this.#pick([
      'm()',
      'm(1)',
      'm(1, 2)',
      'm(y=3)',
      'm(x=3)',
      'm(1, 2, 3)',
      'm(*[1], **{"y": 2})',
      'm(z=1)',
    ])
    const definition = `${this.#tag(`macro m(${parameters})`)}{{ x }}${special}${body()}${this.#tag('endmacro')}`
    const use = this.#chance(0.3) ? `${this.#tag(`call ${call}`)}${body()}${this.#tag('endcall')}` : `{{ ${call} }}`
    return definition + use
  }
}

/** Templates from a seed: the same ones for the same seed. Many of them fail, which is compared too. */
export function generate(seed: number, count: number): Case[] {
  const generator = new Generator(seed)
  return Array.from({ length: count }, (_, index) => {
    if (index % 3 === 0) return { template: `{{ ${generator.expression(3)} }}` }
    const options =
      index % 7 === 1 ? { trim_blocks: true, lstrip_blocks: true } : index % 7 === 2 ? { chainable: true } : {}
    if (index % 11 === 5) return { kind: 'native', template: generator.statements(1) }
    return { template: generator.statements(2), options }
  })
}
