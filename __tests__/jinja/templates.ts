/** Templates that both this implementation and the real Jinja2 render; what Jinja2 makes of them is in golden/templates.json. */
/** In Python's names: reference.py hands them on. */
export interface Options {
  readonly chainable?: boolean
  readonly trim_blocks?: boolean
  readonly lstrip_blocks?: boolean
  readonly keep_trailing_newline?: boolean
  /** Which blocks to look for. */
  readonly kinds?: readonly string[]
}

export interface Case {
  readonly kind?: 'render' | 'native' | 'blocks'
  readonly template: string
  readonly options?: Options
  /** A Python literal of a dict; the one below when there is none. */
  readonly context?: string
}

/** What the templates below find in their scope. */
export const CONTEXT = `{
  'a': 5, 'b': -3, 'f': 2.5, 'big': 123456789012345678901234567890, 't': True, 'n': None, 's': 'Hello World', 'e': '',
  'u': 'héllo wörld 😀', 'l': [3, 1, 2], 'words': ['banana', 'Apple', 'cherry', 'apple'], 'tup': (1, 'two', 3.0),
  'd': {'x': 1, 'y': 'why', 'items': 'shadow', 'nested': {'k': [10, 20]}},
  'users': [{'name': 'Bob', 'age': 30, 'city': {'n': 'Oslo'}}, {'name': 'alice', 'age': 25, 'city': {'n': 'rome'}},
            {'name': 'Carl', 'age': 30, 'city': {'n': 'oslo'}}],
  'html': '<b>"it\\'s" & more</b>', 'lines': 'one\\ntwo\\n\\nthree', 'mixed': [1, 'a', None, 2.5, True, [1], {'k': 'v'}],
  'long': 'The quick brown fox jumps over the lazy dog. It was a well-known, mother-in-law approved, jump -- twice!',
}`

/** Each text is a template; `---` alone on a line separates them where they have several lines. */
const EXPRESSIONS = `
{{ 1 + 2 * 3 - 4 }}¦{{ 7 // 2 }}¦{{ -7 // 2 }}¦{{ 7 % 3 }}¦{{ -7 % 3 }}¦{{ 7 % -3 }}¦{{ 2 ** 10 }}¦{{ 2 ** -1 }}¦{{ 2 ** 100 }}
{{ 10 / 2 }}¦{{ 1 / 3 }}¦{{ 7.5 // 2 }}¦{{ -7.5 % 2 }}¦{{ 1e100 }}¦{{ 1e16 }}¦{{ 123456789.123 }}¦{{ 1e-5 }}¦{{ 0.0001 }}¦{{ 1.5e300 * 1e10 }}
{{ 0x1f }}¦{{ 0b101 }}¦{{ 0o17 }}¦{{ 1_000_000 }}¦{{ 1_0.5 }}¦{{ 12345678901234567890 }}¦{{ 9007199254740991 + 2 }}¦{{ big * big }}¦{{ big // 7 }}¦{{ big % 7 }}¦{{ big / 7 }}
{{ 2 ** 3 ** 2 }}¦{{ -2 ** 2 }}¦{{ (-2) ** 2 }}¦{{ 2 ** -2 }}¦{{ not 1 == 2 }}¦{{ not (1 == 2) }}¦{{ 1 + 2 ~ 3 + 4 }}¦{{ 1 ~ 2 * 3 }}
{{ 1 < 2 < 3 }}¦{{ 1 < 3 < 2 }}¦{{ 1 == 1.0 }}¦{{ true == 1 }}¦{{ 'a' < 'b' }}¦{{ [1, 2] < [1, 3] }}¦{{ (1, 2) == (1, 2) }}¦{{ {'a': 1} == {'a': 1.0} }}
{{ 'a' in 'abc' }}¦{{ 1 in [1, 2] }}¦{{ 'x' in d }}¦{{ 3 not in l }}¦{{ none in mixed }}¦{{ 'a' in {} }}¦{{ 1 in (1,) }}¦{{ 'q' in undefined_thing }}
{{ true and false }}¦{{ 1 and 2 }}¦{{ 0 or 'x' }}¦{{ '' or none }}¦{{ [] and 1 }}¦{{ not [] }}¦{{ not 'x' }}¦{{ 1 or 1 / 0 }}
{{ 'yes' if a > 3 else 'no' }}¦{{ 'yes' if a > 30 }}¦{{ 1 if false else 2 if false else 3 }}¦{{ (1 if true else 2) + 1 }}
{{ 'a' 'b' "c" }}¦{{ "it's" }}¦{{ 'say "hi"' }}¦{{ 'tab\\tnew\\\\n' }}¦{{ '\\x41\\u00e9\\101' }}¦{{ '\\q' }}¦{{ "a\\nb" }}¦{{ ['a\\nb', "it's", 'q"q', 'é', '\\x00'] }}
{{ [1, 2, 3][1] }}¦{{ l[-1] }}¦{{ l[5] }}¦{{ l[0:2] }}¦{{ l[::-1] }}¦{{ s[2:5] }}¦{{ s[::2] }}¦{{ s[-3:] }}¦{{ tup[1:] }}¦{{ u[-1] }}¦{{ u[::-1] }}¦{{ l[:-1] }}¦{{ l[10:] }}
{{ d.x }}¦{{ d['x'] }}¦{{ d.items }}¦{{ d['items'] }}¦{{ d.missing }}¦{{ d.nested.k.1 }}¦{{ d.nested['k'][0] }}¦{{ users[0].name }}¦{{ users.0.name }}
{{ [] }}¦{{ {} }}¦{{ () }}¦{{ (1,) }}¦{{ (1, 2) }}¦{{ [1, [2, (3,)]] }}¦{{ {'a': [1, none, true], 2: 1.0} }}¦{{ {1: 'a', 1.0: 'b', true: 'c'} }}¦{{ {(1, 2): 3}[(1, 2)] }}
{{ n }}¦{{ t }}¦{{ f }}¦{{ mixed }}¦{{ tup }}¦{{ d }}¦{{ u }}¦{{ [u] }}¦{{ users[0] }}¦{{ undefined_thing }}¦{{ [undefined_thing] }}
{{ 1, 2 }}¦{{ a, }}¦{{ -a }}¦{{ +b }}¦{{ --a }}¦{{ -a|abs }}¦{{ (-a)|abs }}¦{{ -f }}¦{{ -t }}
{{ 'ab' * 3 }}¦{{ 3 * 'ab' }}¦{{ [1] * 2 }}¦{{ 'a' * -1 }}¦{{ (1,) * 2 }}¦{{ [1] + [2] }}¦{{ 'a' + 'b' }}¦{{ (1,) + (2,) }}
{{ '%s is %d' % ('x', 5) }}¦{{ '%5.2f|%-5s|%05d|%+d|%x|%X|%o|%e|%g' % (3.14159, 'ab', 42, 7, 255, 255, 8, 12345.678, 0.00001) }}¦{{ '%(a)s-%(b)r' % {'a': 1, 'b': 'q'} }}¦{{ '100%%' % () }}¦{{ '%s' % none }}¦{{ '%s' % [1, 2] }}¦{{ '%c%c' % (65, 'b') }}¦{{ '%.3s|%5.1s|' % ('abcdef', 'xyz') }}¦{{ '%*d' % (5, 42) }}
{{ '%#x %#o' % (255, 8) }}¦{{ '% d' % 5 }}¦{{ '%i' % 3.99 }}¦{{ '%r' % 'a' }}¦{{ '%g|%g|%g|%g' % (100000, 1000000, 1e-4, 1e-5) }}¦{{ '%.0f|%.0f|%.0f' % (0.5, 1.5, 2.5) }}¦{{ '%.2f' % 0.125 }}¦{{ '%.2f' % 2.675 }}¦{{ '%s' % undefined_thing }}¦{{ '%e' % 0 }}¦{{ '%G' % 1e-10 }}
{{ '{} {}'.format(1, 'a') }}¦{{ '{1}{0}'.format('a', 'b') }}¦{{ '{x}'.format(x=1) }}¦{{ '{0[k]}'.format({'k': 5}) }}¦{{ '{:>5}|{:<5}|{:^5}|{:*^7}'.format('a', 'b', 'c', 'd') }}¦{{ '{:05.1f}'.format(3.14159) }}¦{{ '{:,}'.format(1234567.891) }}¦{{ '{:,}'.format(1234567) }}¦{{ '{:_}'.format(1234567) }}¦{{ '{!r}'.format('a') }}¦{{ '{{}}'.format() }}¦{{ '{:x}{:b}{:o}{:#x}'.format(255, 5, 8, 255) }}¦{{ '{:%}'.format(0.25) }}¦{{ '{:e}'.format(12345.678) }}¦{{ '{:+}'.format(5) }}¦{{ '{:{w}}¦'.format('a', w=5) }}¦{{ '{:.3}'.format('abcdef') }}¦{{ '{:.3}'.format(3.14159) }}¦{{ '{:010,}'.format(12345) }}¦{{ '{}'.format(1.0) }}¦{{ '{:g}'.format(0.1) }}¦{{ '{:d}'.format(true) }}¦{{ '{}'.format(none) }}
{{ a is defined }}¦{{ zz is defined }}¦{{ zz is undefined }}¦{{ a is number }}¦{{ t is number }}¦{{ s is string }}¦{{ n is none }}¦{{ l is iterable }}¦{{ l is sequence }}¦{{ d is mapping }}¦{{ a is iterable }}¦{{ t is boolean }}¦{{ t is true }}¦{{ 1 is true }}¦{{ f is float }}¦{{ a is integer }}¦{{ t is integer }}¦{{ a is odd }}¦{{ a is even }}¦{{ 9 is divisibleby 3 }}¦{{ 9 is divisibleby(2) }}¦{{ s is callable }}¦{{ range is callable }}¦{{ 'abc' is lower }}¦{{ 'ABC' is upper }}¦{{ 'a1' is lower }}¦{{ 1 is sameas 1 }}¦{{ n is sameas none }}¦{{ a is not defined }}¦{{ 'x' is in 'xyz' }}¦{{ 3 is in [1, 3] }}¦{{ a is eq 5 }}¦{{ a is == 5 }}¦{{ a is gt 3 }}¦{{ a is lessthan 3 }}¦{{ 'upper' is filter }}¦{{ 'nope' is filter }}¦{{ 'odd' is test }}¦{{ zz is sequence }}¦{{ zz is iterable }}¦{{ ('a'|e) is escaped }}¦{{ d is sequence }}¦{{ 'a' is sequence }}¦{{ zz is callable }}¦{{ false is false }}¦{{ a is ne 4 and a is ge 5 }}
{{ s is defined and s }}¦{{ not zz is defined }}¦{{ zz is defined or a }}¦{{ a if a is defined else 'no' }}¦{{ zz is none }}¦{{ [a is defined, 1] }}
{{ s.upper() }}¦{{ s.lower() }}¦{{ s.title() }}¦{{ 'hello wORLD'.capitalize() }}¦{{ s.swapcase() }}¦{{ s.split() }}¦{{ 'a,b,,c'.split(',') }}¦{{ 'a,b,c'.split(',', 1) }}¦{{ 'a b  c'.rsplit(none, 1) }}¦{{ 'a,b,c'.rsplit(',', 1) }}¦{{ ' x '.strip() }}¦{{ 'xxaxx'.strip('x') }}¦{{ 'xxaxx'.lstrip('x') }}¦{{ 'xxaxx'.rstrip('x') }}¦{{ '-'.join(['a', 'b']) }}¦{{ s.replace('o', '0') }}¦{{ s.replace('o', '0', 1) }}¦{{ s.find('o') }}¦{{ s.rfind('o') }}¦{{ s.find('zz') }}¦{{ s.index('W') }}¦{{ s.count('l') }}¦{{ s.startswith('Hell') }}¦{{ s.endswith(('x', 'ld')) }}¦{{ 'ab'.center(7, '*') }}¦{{ 'ab'.ljust(5) }}¦{{ 'ab'.rjust(5, '.') }}¦{{ '42'.zfill(5) }}¦{{ '-42'.zfill(5) }}¦{{ 'a-b-c'.partition('-') }}¦{{ 'a-b-c'.rpartition('-') }}¦{{ lines.splitlines() }}¦{{ 'a\\tb'.expandtabs(4) }}¦{{ 'prefix_x'.removeprefix('prefix_') }}¦{{ 'x_suf'.removesuffix('_suf') }}
{{ 'abc'.isalpha() }}¦{{ 'ab1'.isalnum() }}¦{{ '12'.isdigit() }}¦{{ '12'.isdecimal() }}¦{{ '½'.isnumeric() }}¦{{ ' '.isspace() }}¦{{ ''.isspace() }}¦{{ 'Abc Def'.istitle() }}¦{{ 'abc'.islower() }}¦{{ 'ABC'.isupper() }}¦{{ 'a_b'.isidentifier() }}¦{{ 'aé'.isascii() }}¦{{ 'é'.isprintable() }}¦{{ "they're bill's".title() }}¦{{ 'ß'.upper() }}¦{{ 'Straße'.casefold() }}¦{{ u|length }}¦{{ u.find('w') }}¦{{ u.center(20, '-') }}¦{{ 'abc'.translate({97: 'x', 98: none}) }}¦{{ 'aaa'.count('a', 1) }}¦{{ 'hello'.find('l', 3) }}¦{{ ''.join([]) }}¦{{ 'a'.join('xyz') }}¦{{ ''.split() }}¦{{ ''.split(',') }}¦{{ 'abc'.replace('', '-') }}¦{{ 'hello'[1] }}¦{{ 'x'.encode is defined }}
{{ l.index(1) }}¦{{ l.count(3) }}¦{{ l + [4] }}¦{% set q = [1] %}{% do q.append(2) %}{% do q.extend([3, 4]) %}{% do q.insert(0, 0) %}{{ q }}{{ q.pop() }}{{ q.pop(0) }}{{ q }}{% do q.remove(2) %}{% do q.reverse() %}{{ q }}{% do q.sort() %}{{ q }}{% do q.sort(reverse=true) %}{{ q }}{{ q.copy() }}{% do q.clear() %}{{ q }}
{{ d.get('x') }}¦{{ d.get('zz') }}¦{{ d.get('zz', 7) }}¦{{ d.keys()|list }}¦{{ d.values()|list }}¦{{ {'a': 1}.items()|list }}¦{{ {'a': 1}.items() }}¦{{ {'a': 1}.keys() }}¦{{ {'a': 1}.values() }}¦{% set q = {'a': 1} %}{% do q.update({'b': 2}) %}{% do q.update(c=3) %}{{ q }}{{ q.pop('a') }}{{ q.pop('zz', 'dflt') }}{{ q.setdefault('d', 4) }}{{ q.setdefault('b', 9) }}{{ q }}{{ q.copy() }}{{ q.popitem() }}{{ q|length }}{% do q.clear() %}{{ q }}
{{ tup.index('two') }}¦{{ tup.count(1) }}¦{{ (5).bit_length() }}¦{{ (2.0).is_integer() }}¦{{ (2.5).as_integer_ratio() }}¦{{ a.real }}¦{{ a.numerator }}¦{{ f.imag }}¦{{ ('a', 'b').__class__ }}¦{{ s._private }}¦{{ d._x }}¦{{ {'_x': 1}._x }}
`

const FILTERS = `
{{ -5|abs }}¦{{ 5.5|abs }}¦{{ 'hello'|capitalize }}¦{{ s|upper }}¦{{ s|lower }}¦{{ "foo-bar (baz) it's"|title }}¦{{ s|length }}¦{{ l|count }}¦{{ n|string }}¦{{ ' x '|trim }}¦{{ 'xxaxx'|trim('x') }}¦{{ 'ab'|center(6) }}¦
{{ l|first }}¦{{ l|last }}¦{{ s|first }}¦{{ s|last }}¦{{ []|first }}¦{{ l|sort }}¦{{ l|sort(reverse=true) }}¦{{ words|sort }}¦{{ words|sort(case_sensitive=true) }}¦{{ users|sort(attribute='age')|map(attribute='name')|list }}¦{{ users|sort(attribute='age,name')|map(attribute='name')|list }}¦{{ users|sort(true, attribute='city.n')|map(attribute='name')|join(',') }}¦{{ l|reverse|list }}¦{{ 'abc'|reverse }}¦{{ l|min }}¦{{ l|max }}¦{{ words|min }}¦{{ words|max(case_sensitive=true) }}¦{{ users|max(attribute='age') }}¦{{ l|sum }}¦{{ users|sum(attribute='age') }}¦{{ [1.5, 2]|sum }}¦{{ [[1], [2]]|sum(start=[]) }}¦{{ []|sum }}¦{{ []|max }}
{{ l|join }}¦{{ l|join(', ') }}¦{{ users|join('-', attribute='name') }}¦{{ words|unique|list }}¦{{ words|unique(true)|list }}¦{{ users|unique(attribute='age')|map(attribute='name')|list }}¦{{ users|groupby('age') }}¦{% for age, us in users|groupby('age') %}{{ age }}:{{ us|map(attribute='name')|join(',') }};{% endfor %}¦{% for g in users|groupby('city.n') %}{{ g.grouper }}={{ g.list|length }};{% endfor %}¦{{ users|groupby('city.n', case_sensitive=true)|length }}¦{{ users|groupby('zip', default='none')|first|first }}
{{ [1, 2, 3, 4, 5]|batch(2)|list }}¦{{ [1, 2, 3, 4, 5]|batch(2, 'x')|list }}¦{{ [1, 2, 3, 4, 5]|slice(2)|list }}¦{{ [1, 2, 3, 4, 5]|slice(3, 'x')|list }}¦{{ {'b': 1, 'A': 2, 'c': 0}|dictsort }}¦{{ {'b': 1, 'A': 2}|dictsort(true) }}¦{{ {'b': 1, 'A': 2}|dictsort(false, 'value') }}¦{{ {'b': 1, 'a': 2}|dictsort(reverse=true) }}¦{{ {'a': 1}|items|list }}¦{{ zz|items|list }}
{{ words|map('upper')|list }}¦{{ words|map('replace', 'a', 'X')|join('|') }}¦{{ users|map(attribute='city.n')|list }}¦{{ users|map(attribute='zip', default='?')|list }}¦{{ l|select('odd')|list }}¦{{ l|select('gt', 1)|list }}¦{{ mixed|select|list }}¦{{ l|reject('odd')|list }}¦{{ mixed|reject('string')|list|length }}¦{{ users|selectattr('age', 'eq', 30)|map(attribute='name')|list }}¦{{ users|selectattr('name')|list|length }}¦{{ users|rejectattr('age', '==', 30)|map(attribute='name')|list }}¦{{ users|selectattr('city.n', 'in', ['Oslo'])|list|length }}¦{{ l|map('string')|map('int')|sum }}¦{{ users|map(attribute='zip')|list }}
{{ zz|default('d') }}¦{{ n|default('d') }}¦{{ n|default('d', true) }}¦{{ ''|d('x', boolean=true) }}¦{{ zz|default }}¦{{ zz.foo|default('x') if zz is defined else 'y' }}¦{{ d.missing|default(3) }}
{{ '42'|int }}¦{{ '42.9'|int }}¦{{ 'x'|int }}¦{{ 'x'|int(7) }}¦{{ '0x1A'|int(0, 16) }}¦{{ 'ff'|int(base=16) }}¦{{ n|int }}¦{{ 3.99|int }}¦{{ -3.99|int }}¦{{ true|int }}¦{{ ' 12 '|int }}¦{{ '1_000'|int }}¦{{ '1e3'|int }}¦{{ '3.5'|float }}¦{{ 'x'|float }}¦{{ 'x'|float(1.5) }}¦{{ 5|float }}¦{{ 'inf'|float }}¦{{ '1e400'|float }}¦{{ [1]|float }}¦{{ 'nan'|float }}
{{ 42.55|round }}¦{{ 42.55|round(1) }}¦{{ 42.55|round(1, 'floor') }}¦{{ 42.51|round(1, 'ceil') }}¦{{ 0.5|round }}¦{{ 1.5|round }}¦{{ 2.5|round }}¦{{ 2.675|round(2) }}¦{{ 42|round }}¦{{ 1234|round(-2) }}¦{{ 1250|round(-2) }}¦{{ 1234.5|round(-2) }}¦{{ 5|round(0, 'floor') }}¦{{ -0.5|round }}¦{{ 1e20|round(2) }}¦{{ 42.55|round|int }}¦{{ true|round }}
{{ html|escape }}¦{{ html|e|e }}¦{{ html|forceescape }}¦{{ (html|safe)|e }}¦{{ html|striptags }}¦{{ 'a <!-- c --> b <i>x</i> &amp; y'|striptags }}¦{{ {'a': 1, 'b': none, 'c': '<'}|xmlattr }}¦{{ {'a': 1}|xmlattr(false) }}¦{{ ('<a>'|e) + '<b>' }}¦{{ '<b>' + ('<a>'|e) }}¦{{ ('<a>'|e) ~ '<b>' }}¦{{ [('<a>'|e)] }}¦{{ ('%s'|safe) % '<' }}¦{{ ('a'|safe).upper() }}¦{{ ('a,b'|safe).split(',') }}¦{{ ('{}'|safe).format('<') }}¦{{ ('a'|safe) * 2 }}¦{{ (','|safe).join(['<', 'b']) }}¦{{ ('abc'|safe)[1] }}¦{{ ('x'|safe)|upper }}¦{{ ['<', ('&lt;'|safe)]|join(',') }}
{{ {'b': [1, 2.0, none, true], 'a': '<é>"'}|tojson }}¦{{ [1, {'k': 'v'}]|tojson(indent=2) }}¦{{ "it's"|tojson }}¦{{ 'a'|tojson }}¦{{ none|tojson }}¦{{ []|tojson(2) }}¦{{ {1: 2, 'a': 3}|tojson if false else 'x' }}¦{{ (1, 2)|tojson }}¦{{ 1e16|tojson }}¦{{ u|tojson }}
{{ lines|indent }}¦{{ lines|indent(2, true) }}¦{{ lines|indent(2, blank=true) }}¦{{ lines|indent('> ') }}¦{{ ''|indent }}¦{{ 'x'|indent(first=true) }}
{{ long|truncate(20) }}¦{{ long|truncate(20, true) }}¦{{ long|truncate(20, false, '!') }}¦{{ 'short'|truncate(20) }}¦{{ 'foo bar baz qux'|truncate(11) }}¦{{ 'foo bar baz qux'|truncate(11, false, '...', 0) }}¦{{ 'foobarbazqux'|truncate(8, leeway=0) }}
{{ long|wordwrap(20) }}¦{{ long|wordwrap(10, wrapstring='/') }}¦{{ 'averyveryverylongword x'|wordwrap(5) }}¦{{ 'averyveryverylongword x'|wordwrap(5, false) }}¦{{ lines|wordwrap(3) }}¦{{ long|wordwrap(12, break_on_hyphens=false) }}¦{{ long|wordcount }}¦{{ ''|wordcount }}
{{ 'a b&c/d?é'|urlencode }}¦{{ {'a': 'x y', 'b': '/'}|urlencode }}¦{{ [('a', 1), ('b', 'é')]|urlencode }}¦{{ 5|urlencode }}
{{ 0|filesizeformat }}¦{{ 1|filesizeformat }}¦{{ 999|filesizeformat }}¦{{ 1000|filesizeformat }}¦{{ 1234567|filesizeformat }}¦{{ 1024|filesizeformat(true) }}¦{{ 123456789012|filesizeformat }}¦{{ '300'|filesizeformat }}
{{ '%s-%s'|format('a', 1) }}¦{{ '%(x)s'|format(x=5) }}¦{{ 'x'|replace('x', 'y') }}¦{{ 111|replace(1, 2) }}¦{{ 'aaa'|replace('a', 'b', 2) }}¦{{ l|list }}¦{{ 'abc'|list }}¦{{ d|list }}¦{{ d|attr('x') }}¦{{ 'x'|attr('upper') is defined }}¦{{ s|attr('upper')() }}¦{{ 'a'|string|upper }}
{{ 'Go to https://example.com/x?y=1 or www.foo.org, mail a@b.com (see http://x.io)'|urlize }}¦{{ 'www.example.com'|urlize(10, true, target='_blank') }}
{{ d|pprint }}¦{{ [1, 2]|pprint }}¦{{ 'x'|pprint }}¦{{ {'b': 'x' * 50, 'a': ['y' * 30, 'z' * 30]}|pprint }}
{{ range(5)|list }}¦{{ range(2, 10, 3)|list }}¦{{ range(5, 0, -2)|list }}¦{{ range(3) }}¦{{ range(1, 3) }}¦{{ range(10)[2] }}¦{{ range(10)[2:5] }}¦{{ 3 in range(5) }}¦{{ range(5)|last }}¦{{ range(5)|length }}¦{{ range(3)|reverse|list }}¦{{ range(0)|list }}
{{ dict(a=1, b=2) }}¦{{ dict([('a', 1)]) }}¦{{ dict({'x': 1}, y=2) }}¦{{ dict() }}¦{% set ns = namespace(x=1) %}{% set ns.x = ns.x + 1 %}{% set ns.y = 'q' %}{{ ns.x }}{{ ns.y }}{{ ns }}¦{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{% do c.reset() %}{{ c.current }}¦{% set j = joiner('; ') %}{{ j() }}a{{ j() }}b{{ j() }}c¦{{ ns.zz }}
{{ l|map('abs')|list|last }}¦{{ [3, 1]|sort|first }}¦{{ ('a', 'b')|join }}¦{{ [[1, 2], [3]]|map('length')|list }}¦{{ [{'a': 1}, {'a': 2}]|map(attribute='a')|sum }}¦{{ 'a-b_c'|replace('-', '_')|upper|replace('_', ' ')|title }}
`

const STATEMENTS = `
{% for x in l %}{{ x }}{% endfor %}|{% for x in [] %}a{% else %}none{% endfor %}|{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }},{% endfor %}|{% for k in d %}{{ k }} {% endfor %}|{% for c in 'ab' %}[{{ c }}]{% endfor %}|{% for x in l if x > 1 %}{{ loop.index }}{{ x }}{% endfor %}|{% for x in l if x > 9 %}{% else %}E{% endfor %}
---
{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.cycle('o', 'e') }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}
---
{% for x in [1, 1, 2, 2, 1] %}{% if loop.changed(x) %}{{ x }}{% endif %}{% endfor %}|{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 5 %}{% break %}{% endif %}{{ x }}{% endfor %}
---
{% for x in [1] %}{% continue %}{% else %}else{% endfor %}|{% for x in [1, 2] %}{{ x }}{% break %}{% else %}else{% endfor %}
---
{% for item in [{'n': 1, 'c': [{'n': 2, 'c': []}, {'n': 3, 'c': [{'n': 4, 'c': []}]}]}] recursive %}{{ loop.depth }}:{{ item.n }}[{{ loop(item.c) }}]{% endfor %}
---
{% for x in [1, [2, 3], [[4]]] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }},{% endif %}{% else %}empty{% endfor %}
---
{% for x in l %}{% for y in [1, 2] %}{{ x * y }}{% if not loop.last %},{% endif %}{% endfor %}{{ loop.index }};{% endfor %}
---
{% for x in l %}{% set outer = loop %}{% for y in 'ab' %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}
---
{% for (x, (y, z)) in [(1, (2, 3))] %}{{ x }}{{ y }}{{ z }}{% endfor %}
---
{% for x, in [(1,)] %}{{ x }}{% endfor %}
---
{% for x in l|map('string') %}{{ loop.length }}{{ loop.last }}{{ loop.index }}{% endfor %}|{% for x in range(3) %}{{ loop.revindex }}{% endfor %}
---
{% if a == 5 %}five{% elif a == 6 %}six{% else %}other{% endif %}|{% if a == 6 %}x{% elif a == 5 %}y{% endif %}|{% if zz %}x{% else %}no{% endif %}|{% if 0, %}tuple{% endif %}
---
{% set x = 1 %}{% set y, z = 2, 3 %}{{ x }}{{ y }}{{ z }}|{% set q %}block {{ x }}{% endset %}{{ q }}|{% set q | upper %}abc{% endset %}{{ q }}|{% set q | replace('a', 'b') | upper %}abc{% endset %}{{ q }}
---
{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = x + i %}{{ x }};{% endfor %}{{ x }}|{% set y = 1 %}{% if true %}{% set y = 2 %}{% endif %}{{ y }}
---
{% if false %}{% set a = 1 %}{% endif %}{{ a }}|{% for i in [1, 2] %}{% if i == 1 %}{% set q = i %}{% endif %}{{ q }};{% endfor %}{{ q }}
---
{% for i in [1] %}{{ a }}{% endfor %}{% set a = 1 %}{{ a }}
---
{{ a }}{% set a = 2 %}{{ a }}{% macro m() %}{{ a }}{% endmacro %}{{ m() }}{% set a = 3 %}{{ m() }}
---
{% with x = 1, y = 2 %}{{ x }}{{ y }}{% endwith %}{{ x }}|{% with %}{% set q = 5 %}{{ q }}{% endwith %}{{ q }}|{% set x = 7 %}{% with x = 1, y = x %}{{ y }}{% endwith %}
---
{% macro m(a, b=2, c='x') %}{{ a }}-{{ b }}-{{ c }}{% endmacro %}{{ m(1) }}|{{ m(1, 3) }}|{{ m(1, c='y') }}|{{ m() }}|{{ m(b=5, a=6) }}|{{ m.name }}|{{ m.arguments }}|{{ m.catch_kwargs }}|{{ m }}
---
{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}|{{ m() }}|{{ m(x=1) }}|{{ m(*[1, 2], **{'k': 3}) }}
---
{% macro m(a, b=a) %}{{ b }}{% endmacro %}{{ m(1) }}|{% macro n(a=[]) %}{% do a.append(1) %}{{ a }}{% endmacro %}{{ n() }}{{ n() }}
---
{% macro m(x) %}<{{ caller() }}{{ x }}>{% endmacro %}{% call m(1) %}body{{ a }}{% endcall %}|{% macro l(items) %}{% for i in items %}{{ caller(i, loop.index) }}{% endfor %}{% endmacro %}{% call(i, n) l(['x', 'y']) %}{{ n }}{{ i }} {% endcall %}
---
{% macro m() %}{% if caller is defined %}{{ caller() }}{% else %}none{% endif %}{% endmacro %}{{ m() }}{% call m() %}c{% endcall %}
---
{% macro m(caller=none) %}{{ caller() if caller else 'no' }}{% endmacro %}{{ m() }}{% call m() %}c{% endcall %}
---
{% macro fact(n) %}{{ 1 if n <= 1 else n * (fact(n - 1)|int) }}{% endmacro %}{{ fact(5) }}
---
{% macro outer() %}{% macro inner(x) %}i{{ x }}{{ y }}{% endmacro %}{% set y = 9 %}{{ inner(1) }}{% endmacro %}{{ outer() }}
---
{% filter upper %}abc {{ s }}{% endfilter %}|{% filter replace('a', 'b')|upper %}aXa{% endfilter %}|{% filter indent(2) %}a
b{% endfilter %}
---
{% raw %}{{ not }} {% really %}{% endraw %}|{%- raw -%}  {{ x }}  {%- endraw -%}  |{# comment {{ x }} #}|{#- c -#}  x
---
a  {%- if true -%}  b  {%- endif -%}  c|a  {{- 1 -}}  b|a {%+ if true +%} b {%+ endif %} c
---
line1
{% if true %}
line2
{% endif %}
line3

---
{% for x in l -%}
  {{ x }}
{%- endfor %}
---
  {%- set x = 1 -%}
x
   {%- if x %}
   y
   {%- endif %}
---
{% do l.append(9) %}{{ l }}|{% print 1, 2 %}|{% set ns = namespace() %}{% for i in l %}{% set ns.total = (ns.total or 0) + i %}{% endfor %}{{ ns.total }}
---
{% block x %}in block{% endblock %}|{% block y scoped %}{{ a }}{% endblock y %}
---
{% for x in l %}{% macro mm() %}{{ x }}{% endmacro %}{{ mm() }}{% endfor %}
---
{% set f = 'x' %}{% macro g(f) %}{{ f }}{% endmacro %}{{ g('y') }}{{ f }}
---
{{ 'a' if zz is defined and zz|nofilter else 'b' }}|{% if false %}{{ a|nofilter }}{% endif %}ok
---
{% set x = [] %}{% for i in range(3) %}{% set _ = x.append(i) %}{% endfor %}{{ x }}
---
{% for i in [1, 2, 3] %}{{ i }}{{ ', ' if not loop.last }}{% endfor %}
---
{% set d2 = {} %}{% do d2.update({'k': d2}) %}{{ d2 }}{% set l2 = [] %}{% do l2.append(l2) %}{{ l2 }}
---
{{ caller }}{{ varargs }}{{ loop }}
---
{%- macro test_x() -%}  a  {%- endmacro -%}  {{ test_x() }}!
---
{{ {
  'a': 1,
  'b': [1,
        2,],
} }}
---
{% for x in [3,1,2]|sort %}{{ x }}{% if loop.nextitem is defined %}<{{ loop.nextitem }}{% endif %}{% endfor %}
---
{% set x = 'a' %}{% set x = x ~ 'b' %}{{ x }}{% set (p, q) = (1, 2) %}{{ p }}{{ q }}{% set [r] = 1 if false else 2 %}
---
{% set x = none %}{{ x }}|{{ x is none }}|{% for x in x or [] %}{% endfor %}|{{ [x, 1]|select|list }}
---
{{ [1,2,3].append(4) }}|{{ loop is defined }}|{{ {}.get('a') }}|{{ none ~ true ~ 1.0 }}
`

const ERRORS = `
{{ zz.foo }}¦{{ zz['foo'] }}¦{{ zz() }}¦{{ zz + 1 }}¦{{ 1 + zz }}¦{{ -zz }}¦{{ zz < 1 }}¦{{ 1 < zz }}¦{{ d.missing.more }}¦{{ d['missing'].more }}¦{{ l[5].x }}¦{{ n.x.y }}¦{{ zz[1:] }}¦{{ 'a' + zz }}¦{{ zz|int }}¦{{ zz * 2 }}¦{{ users[0].zip.x }}¦{{ zz.foo.bar }}¦{{ s.nope() }}¦{{ d.nope() }}¦{{ [1].nope() }}¦{{ zz % 2 }}¦{{ zz|round }}
{{ 1 + 'a' }}¦{{ 'a' + 1 }}¦{{ [1] + 'a' }}¦{{ (1,) + [1] }}¦{{ 'a' - 1 }}¦{{ 'a' * 'b' }}¦{{ {} + {} }}¦{{ none + 1 }}¦{{ -'a' }}¦{{ 1 < 'a' }}¦{{ [1] < ['a'] }}¦{{ {} < {} }}¦{{ none < 1 }}¦{{ 'a' ** 2 }}¦{{ [] / 2 }}¦{{ 'a' // 2 }}
{{ 1 / 0 }}¦{{ 1 // 0 }}¦{{ 1 % 0 }}¦{{ 1.0 / 0 }}¦{{ 1.0 // 0 }}¦{{ 1.0 % 0 }}¦{{ 0 ** -1 }}¦{{ 1 in 5 }}¦{{ 1 in 'a' }}¦{{ 'a'() }}¦{{ none() }}¦{{ 5() }}¦{{ l() }}¦{{ {}[[]] }}¦{{ {[]: 1} }}¦{{ d[1:2] }}¦{{ l['a':] }}¦{{ l[::0] }}
{{ s|length(1) }}¦{{ s|replace }}¦{{ s|nope }}¦{{ s is nope }}¦{{ 5|length }}¦{{ n|length }}¦{{ 5|first }}¦{{ 5|list }}¦{{ 5|join }}¦{{ [1, 'a']|sort }}¦{{ [1, 'a']|max }}¦{{ 'x'|abs }}¦{{ 'x'|round }}¦{{ 5.5|round(1, 'up') }}¦{{ 5|dictsort }}¦{{ d|dictsort(by='zz') }}¦{{ l|map('nope')|list }}¦{{ l|select('nope')|list }}¦{{ l|selectattr|list }}¦{{ (l|map('abs'))|length }}¦{{ (l|map('abs'))|last }}¦{{ [[1]]|unique|list }}¦{{ 'abc'|batch }}¦{{ 'x'|tojson(1, 2) }}¦{{ zz|tojson }}¦{{ range|tojson }}¦{{ [1]|items|list }}¦{{ 'abc'|truncate(2) }}
{{ '%d' % 'a' }}¦{{ '%s %s' % 1 }}¦{{ '%s' % (1, 2) }}¦{{ '%z' % 1 }}¦{{ '%(a)s' % 1 }}¦{{ '%(a)s' % {} }}¦{{ '%' % 1 }}¦{{ '{}'.format() }}¦{{ '{x}'.format() }}¦{{ '{'.format() }}¦{{ '}'.format() }}¦{{ '{:d}'.format('a') }}¦{{ '{:zz}'.format(1) }}¦{{ '{0}{}'.format(1, 2) }}¦{{ '{!z}'.format(1) }}¦{{ '%x' % 1.5 }}¦{{ '%f' % 'x' }}
{{ 'a'.join([1]) }}¦{{ 'a'.index('b') }}¦{{ 'a'.split('') }}¦{{ [].pop() }}¦{{ [1].pop(5) }}¦{{ [1].remove(2) }}¦{{ [1].index(2) }}¦{{ {}.pop('a') }}¦{{ {}.popitem() }}¦{{ (1,).index(2) }}¦{{ 'ab'.center(5, 'xx') }}¦{{ 'a'.startswith(1) }}¦{{ [1, 'a'].sort() }}
{{ range() }}¦{{ range('a') }}¦{{ range(1, 2, 0) }}¦{{ range(1000000) }}¦{{ dict(1) }}¦{{ dict([1]) }}¦{{ dict([(1, 2, 3)]) }}¦{{ cycler() }}¦{{ namespace(1) }}¦{{ joiner(1, 2) }}
{% for x in 5 %}{% endfor %}¦{% for x in none %}{% endfor %}¦{% for x, y in [1] %}{% endfor %}¦{% for x, y in [(1, 2, 3)] %}{% endfor %}¦{% for x, y in [(1,)] %}{% endfor %}¦{% set x, y = 1, 2, 3 %}¦{% set x, y = 5 %}¦{% set d.x = 1 %}¦{% set zz.x = 1 %}¦{% for x in [1] %}{{ loop([1]) }}{% endfor %}¦{% for x in [1] %}{{ loop.cycle() }}{% endfor %}
{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}¦{% macro m(a) %}{% endmacro %}{{ m(x=1) }}¦{% macro m(a) %}{{ a.b }}{% endmacro %}{{ m() }}¦{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}¦{% macro m(a) %}{% endmacro %}{{ m(1, a=2) }}¦{% macro m() %}{% endmacro %}{% call m() %}{% endcall %}¦{{ (1 if false).x }}¦{{ (1 if false) + 1 }}¦{{ [].first.x }}¦{{ ([]|first).x }}¦{{ ([]|max) + 1 }}
{{ ''.__class__ }}{{ ''.__class__.x }}¦{{ ''.__class__() }}¦{{ [].__init__ + 1 }}¦{{ (1).__add__ }}¦{{ d.__len__ }}¦{{ ''['__class__'] }}¦{{ s.__doc__ }}¦{{ m.__dict__ }}¦{{ range.__globals__ }}¦{{ 'x'.format.__self__ }}¦{{ '{0.__class__}'.format(1) }}¦{{ '{0.__class__.x}'.format(1) }}
{% include 'x' %}¦{% import 'x' as y %}¦{% extends 'x' %}¦{% from 'x' import y %}
{{ m(a=1, **5) }}¦{{ range(*5) }}¦{{ dict(**{'a': 1}, b=2) }}¦{{ dict(a=1, **{'a': 2}) }}¦{{ dict(**{1: 2}) }}¦{{ s.upper(1) }}¦{{ s.split(1) }}¦{{ d.get() }}¦{{ l.append() }}¦{{ l.append(1, 2) }}¦{{ s.replace('a') }}¦{{ s.upper(x=1) }}
`

const SYNTAX = `
{{ }}¦{{¦{{ 1¦{{ 1 }¦{%¦{% if %}¦{% if x¦{% if x %}¦{% endif %}¦{% for %}¦{% for x %}¦{% for x in %}¦{% for x in y %}¦{% nope %}¦{% else %}¦{% if x %}{% endfor %}¦{% for x in y %}{% endif %}{% endfor %}¦{# x¦{% raw %}¦{% raw %}{% endrow %}¦{% set %}¦{% set x %}¦{% set 1 = 2 %}¦{% set x.y.z = 1 %}¦{% set f() = 1 %}¦{% set true = 1 %}¦{% set 'a' = 1 %}
{{ 1 + }}¦{{ (1 }}¦{{ 1) }}¦{{ [1 }}¦{{ {'a' 1} }}¦{{ {'a': } }}¦{{ a b }}¦{{ a. }}¦{{ a.1.2 }}¦{{ a.'x' }}¦{{ a[ }}¦{{ a[] }}¦{{ 'a }}¦{{ a ! b }}¦{{ a & b }}¦{{ a $ b }}¦{{ ? }}¦{{ f(a=1, 2) }}¦{{ f(**a, 1) }}¦{{ f(*a, *b) }}¦{{ f(a b) }}¦{{ f(, ) }}¦{{ a| }}¦{{ a|1 }}¦{{ a is }}¦{{ a is 1 }}¦{{ a is b is c }}¦{{ a if }}¦{{ a if b else }}¦{{ not }}¦{{ a in }}¦{{ - }}¦{{ = }}¦{{ a = b }}¦{{ a := b }}¦{{ 1abc }}¦{{ a..b }}¦{{ [1,,2] }}¦{{ {1} }}¦{{ '\\x4' }}¦{{ '\\u12' }}
{% macro %}¦{% macro m %}¦{% macro m( %}¦{% macro m(a, %}¦{% macro m(a=1, b) %}{% endmacro %}¦{% macro m(1) %}{% endmacro %}¦{% macro m() %}¦{% call %}¦{% call x %}{% endcall %}¦{% call x() %}¦{% filter %}¦{% filter upper %}¦{% with a %}¦{% with a = 1 %}¦{% do %}¦{% break %}¦{% continue %}¦{% for loop in x %}{% endfor %}¦{% set x = 1 %}{% endset %}¦{% block %}¦{% block a-b %}{% endblock %}¦{% macro true() %}{% endmacro %}¦{% print %}¦{% 1 %}¦{% 'a' %}¦{% if x %}{% elif %}{% endif %}¦{% if x %}{% else %}{% else %}{% endif %}¦{% for x in y recursive %}¦{% macro m(caller) %}{{ caller() }}{% endmacro %}¦{% trans %}¦{% autoescape x %}
{{ a }}}¦{{{ a }}}¦{{ {} }}¦{{ {{ }}}}¦{%%}¦{{%}}¦{% if a }}¦{{ a %}¦}}¦%}¦#}¦{{ a -}} b¦{ { a } }¦{{'a'}}¦{{"{{"}}¦{{ '}}' }}¦{{ "%}" }}¦{%- if true -%}x{%- endif -%}¦{{-a-}}¦{{- -1 -}}¦{{+1}}¦{%if a%}x{%endif%}¦{{a|upper}}¦{{ 1if a else 2}}¦{{ (a) }}¦{{ ((a)) }}¦{{ a . b }}¦{{ d . x }}¦{{ l [0] }}¦{{ d . nested . k }}
`

const WHITESPACE = `
a
{% if true %}
b
{% endif %}
c
---
  {% for x in l %}
    {{ x }}
  {% endfor %}
end
---
{# comment #}
x
  {# c #}  
y
---
  {% raw %}
  {{ x }}
  {% endraw %}
z
---
  {%+ if true %}
x{% endif +%}
y
---
text {% if true %} more {% endif %} end
---
	{% set x = 1 %}	
{{ x }}
`

const NATIVE = `
{{ a }}¦{{ 1 }}¦{{ 1 + 1 }}¦{{ a + 1 }}¦{{ l }}¦{{ [1, 2] }}¦{{ [a] }}¦{{ none }}¦{{ n }}¦{{ true }}¦{{ t }}¦x{{ a }}¦{{ a }}{{ a }}¦{{ a }} ¦plain¦1¦true¦[1, 2]¦{{ 'a' }}¦{{ '1' }}¦{{ s }}¦{{ zz }}¦{{ '' }}¦{{ '1'|as_native }}¦{{ '1'|as_number }}¦{{ 'true'|as_bool }}¦{{ 'True'|as_bool }}¦{{ '1'|as_text }}¦{{ 1|as_text }}¦{{ a|as_text }}¦{{ a|as_native }}¦{{ a|as_bool }}¦{{ 'x'|as_number }}¦{{ '[1, 2]'|as_native }}¦{{ "{'a': (1,)}"|as_native }}¦{{ 'x'|as_native }}¦{{ '1_000'|as_native }}¦{{ ' 1'|as_native }}¦{{ '-1.5e3'|as_native }}¦{{ 'None'|as_native }}¦{{ '{1, 2}'|as_native }}¦{{ '007'|as_native }}¦{{ '"a" "b"'|as_native }}¦{{ '1, 2'|as_native }}¦{{ '()'|as_native }}¦{{ l|is_list }}¦{{ 's'|is_list }}¦{% if t %}{{ a }}{% endif %}¦{% if t %} {{ a }}{% endif %}¦{% set x = 5 %}{{ x }}¦{% for x in l %}{{ x }}{% endfor %}¦{% for x in [1] %}{{ a }}{% endfor %}¦{{ a if t else 2 }}¦{{ 1 if true else 2 }}¦{{ 'a' ~ 'b' }}¦{{ ['a', 'b']|join(',') }}¦{{ [1, 2]|sum }}¦{{ 3|string }}¦{{ l|map('string')|list }}¦{{ {'a': 1}.a }}¦{{ 'abc'[0] }}¦{{ range(3)|list }}¦{{ "x" if false }}¦{{ f }}¦{{ -a }}¦{{ -1 }}¦{{ (1, 2) }}¦{{ tup }}¦{{ d }}¦{{ 'a'|upper }}¦{{ 'true' }}¦{{ "['a']" }}¦{% macro m() %}5{% endmacro %}{{ m() }}¦{% filter upper %}a{% endfilter %}¦{% set x %}5{% endset %}{{ x }}¦{{ 'True' }}
`

const CHAINABLE = `
{{ zz.foo.bar }}¦{{ zz() }}¦{{ zz['a'].b() }}¦{{ d.missing.more }}¦{{ d['missing'].more() }}¦{{ l[9].x }}¦{{ zz.name }}¦{{ zz.foo.name }}¦{{ zz + 1 }}¦{{ zz == zz.foo }}¦{{ zz|int }}¦{{ zz.x|default('d') }}¦{% for x in zz.y %}{{ x }}{% endfor %}¦{{ zz[1:] }}¦{{ ([]|first).x.y }}¦{{ (1 if false).x }}¦{{ zz(1, a=2).b.c }}¦{{ zz.foo < 1 }}¦{{ -zz.a }}¦{{ n.x.y }}¦{{ s.nope() }}¦{% call zz.m() %}{{ a }}{% endcall %}¦{{ zz is defined }}¦{{ zz.a.b is defined }}¦{% macro m(p) %}{{ p.x.y }}{{ caller().z }}{% endmacro %}{{ m() }}¦{{ d.missing + 1 }}¦{{ zz.foo.__class__ }}
`

/** One template between two broken bars. */
function pieces(text: string): string[] {
  return text
    .trim()
    .split('\n')
    .flatMap((line) => line.split('¦'))
    .filter((piece) => piece !== '')
}

function paragraphs(text: string): string[] {
  return text.slice(1, -1).split('\n---\n')
}

function cases(templates: readonly string[], more: Omit<Case, 'template'> = {}): Case[] {
  return templates.map((template) => ({ template, ...more }))
}

const BLOCKS = [
  '{% macro a() %}x{% endmacro %}\n\n{% macro b(x, y=1) %}\n{{ x }}\n{% endmacro %}',
  'text {%- macro a() -%} x {%- endmacro -%} text {{ "{% macro z() %}" }}',
  '{# {% macro no() %} #}{% macro yes() %}{% endmacro %}',
  '{% raw %}{% macro no() %}{% endraw %}{% test t(model) %}{% if x %}{% endif %}{% endtest %}',
  '{% materialization m, adapter="x" %}{% for a in b %}{% endfor %}{% endmaterialization %}',
  '{% materialization "m" %}{% endmaterialization %}',
  '{% set x = "%}" %}{% snapshot s %}{{ "}}" }}{% endsnapshot %}',
  '{% docs d %}\n# Title\n{% raw %}{{ x }}{% endraw %}\n{% enddocs %}',
  '{% if x %}{% macro a() %}{% endmacro %}{% endif %}',
  '{% macro a() %}{% macro b() %}{% endmacro %}{% endmacro %}',
  '{% macro a() %}',
  '{% endif %}',
  '{% for x in y %}{% endif %}',
  '{% if x %}{% endfor %}',
  '{% macro a(',
  '{% macro a() %}{{ "x }}{% endmacro %}',
  '{{ x',
  '{# x',
  '{% raw %}x',
  '{%macro a()%}x{%endmacro%}',
  '{%-   macro   spaced  ()  -%}\n x \n{%-   endmacro   -%}\n\n',
  '  \n {%- macro a() %}x{% endmacro %}   {# c #}  {%- macro b() %}y{%- endmacro %}',
  '{% call x() %}{% endcall %}{% macro a() %}{% call y() %}{% endcall %}{% endmacro %}',
  "{% macro a(x='it''s %}') %}b{% endmacro %}",
  '{% data_test t(model) %}x{% enddata_test %}',
  '{%+ macro a() %}x{% endmacro %}',
  '',
  'no blocks at all',
]

/** All cases. */
export const CASES: readonly Case[] = [
  ...cases(pieces(EXPRESSIONS)),
  ...cases(pieces(FILTERS)),
  ...cases(paragraphs(STATEMENTS)),
  ...cases(pieces(ERRORS)),
  ...cases(pieces(SYNTAX)),
  ...cases(paragraphs(WHITESPACE)),
  ...cases(paragraphs(WHITESPACE), { options: { trim_blocks: true, lstrip_blocks: true } }),
  ...cases(paragraphs(WHITESPACE), { options: { lstrip_blocks: true, keep_trailing_newline: true } }),
  ...cases([
    'a\n',
    'a\n\n',
    '\n',
    '',
    'a\r\nb\r\n',
    '{{ a }}\r\n',
    'a\rb',
    '{% raw %}a\r\nb{% endraw %}',
    "{{ 'a\r\nb' }}",
  ]),
  ...cases(pieces(NATIVE), { kind: 'native' }),
  ...cases(pieces(CHAINABLE), { options: { chainable: true } }),
  ...cases(BLOCKS, { kind: 'blocks', options: { kinds: ['macro', 'materialization', 'test', 'snapshot', 'docs'] } }),
]
