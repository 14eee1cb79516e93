import { numbers } from '../tools/numbers.ts'

/** Files of one input, path -> text. */
export type Input = Readonly<Record<string, string>>

const NAMES =
  `constructor __proto__ toString hasOwnProperty prototype name models sources columns config tests data_tests meta tags version
versions ref source var env_var target this model macros enabled materialized alias schema database loop self varargs kwargs caller description
unit_tests given expect rows format input tables constraints contract access group groups snapshots strategy seeds exposures metrics
semantic_models saved_queries type owner depends_on vars dispatch packages local git hub revision selectors definition method value union
intersection exclude fixture overrides freshness loaded_at_field quoting persist_docs grants pre-hook post-hook on-run-start`.split(
    /\s+/,
  )
const YAML_VALUES =
  String.raw`null|~|[]|{}|true|no|0|-1|1.0|.nan|.inf|1e400|0x1F|0o17|1_000|12:30:45|2024-02-30|2024-01-01 10:00:00|''|""|"\0"|"\ud83d"|'{{ 1 }}'|"{{ var('x') }}"|"{{ none }}"|"{{ [1, 2] }}"|"{{ env_var('DBT_ENV_SECRET_X') }}"|"{{ ref('orders') }}"|"{{ [[[]]] * 3 }}"|!!str 1|!!binary aGk=|!!python/object:os.system x|&a [*a]|*a|<<|[[[[1]]]]|{a: {b: {c: []}}}|? x|- - - a|"%"|@|"{% for %}"|{{ x }}|99999999999999999999999|__proto__|[null]|[{}]|{null: null}|{1: 2}|{__proto__: {enabled: false}}|{constructor: 1}`.split(
    '|',
  )
const PIECES =
  String.raw`{{|}}|{%|%}|{#|#}|{%-|-%}|{% raw %}|{% endraw %}|{% if x %}|{% elif %}|{% else %}|{% endif %}|{% for a in b %}|{% endfor %}|{% macro m(a, b=1) %}|{% endmacro %}|{% set a = [] %}|{% set a %}|{% endset %}|{% call m() %}|{% endcall %}|{% do a.append(a) %}|{% snapshot s %}|{% endsnapshot %}|{% docs d %}|{% enddocs %}|{% test t(model) %}|{% endtest %}|{% materialization m, default %}|{% filter upper %}|{{ config(enabled=false) }}|{{ config(meta={'a': [1]}) }}|{{ ref('a', v=1) }}|{{ ref(none) }}|{{ source('a') }}|{{ source('a', 'b', 'c') }}|{{ var('__proto__') }}|{{ this }}|{{ model }}|{{ graph }}|{{ loop }}|{{ target.password }}|{{ adapter.dispatch('m')() }}|{{ return(1) }}|{{ modules.re.match('(a+)+$', 'aaaa') }}|{{ [1, 2][::0] }}|{{ 'a' * 100 }}|{{ 2 ** 70 }}|{{ "%s" % (1,) }}|{{ '{0.a}'.format(1) }}|{{ x|map(attribute='a')|list }}|{{ namespace(a=1) }}|{{ undefined_name.a.b() }}|{{ tojson(fromjson('[')) }}|{{ x is defined }}|~|||::|..|(|)|[|]|{|}|'|"|\\|,|=|==|**|//|not in|is not|if|else|recursive|import|extends|block`.split(
    /(?<=[^|])\|(?=[^|])/,
  )
const CHARACTERS = [
  '\0',
  '\r',
  '\r\n',
  '\u2028',
  '\ufeff',
  '\ud800',
  '\udc80',
  '😀',
  'é',
  '\t',
  '\x85',
  '\u00a0',
  '\u0130',
  'ß',
  '-',
  '#',
  ':',
  '\n',
  ' ',
]

/** Makes inputs of others, the same ones for the same seed. */
export class Mutator {
  readonly #random: () => number
  constructor(seed: number) {
    this.#random = numbers(seed)
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  pick<T>(from: readonly T[]): T {
    const found = from[this.below(from.length)]
    if (found === undefined) throw new Error('nothing to pick from')
    return found
  }

  /** An input with one to four changes in one to three of its files, and sometimes a file less or in another place. */
  input(from: Input, others: readonly string[]): Input {
    const files = { ...from }
    for (let round = this.below(3); round >= 0; round--) {
      const path = this.pick(Object.keys(files))
      let text = files[path] ?? ''
      for (let change = this.below(4); change >= 0; change--) text = this.#changed(text, others)
      files[path] = text
    }
    const paths = Object.keys(files)
    if (paths.length > 1 && this.below(10) === 0) delete files[this.pick(paths)]
    if (paths.length > 1 && this.below(20) === 0) files[this.pick(paths)] = files[this.pick(paths)] ?? ''
    return files
  }

  #changed(text: string, others: readonly string[]): string {
    const at = this.below(text.length + 1)
    const to = Math.min(text.length, at + this.below(this.pick([2, 10, 100])))
    const put = (piece: string): string => text.slice(0, at) + piece + text.slice(at)
    switch (this.below(14)) {
      case 0:
        return text.slice(0, at) + text.slice(to)
      case 1:
        return put(text.slice(at, to))
      case 2: {
        const other = this.pick(others)
        const start = this.below(other.length)
        return put(other.slice(start, start + this.below(200)))
      }
      case 3:
      case 4:
        return put(this.pick(PIECES))
      case 5:
        return put(this.pick(CHARACTERS))
      case 6:
        return put(this.pick(PIECES).repeat(this.pick([2, 30, 300])))
      case 7:
        return this.below(4) === 0 ? text.slice(0, at) : text.replaceAll('\n', '\r\n')
      case 8:
        return this.#word(text)
      case 9:
        return this.#line(text, () => '')
      case 10:
        return this.#line(text, (line) => `${line}\n${line}`)
      case 11:
        return this.#line(text, (line) => (this.below(2) === 0 ? `  ${line}` : line.replace(/^ {1,2}/, '')))
      default:
        return this.#line(text, (line) => this.#value(line))
    }
  }

  /** One of the words becomes another. */
  #word(text: string): string {
    const words = [...text.matchAll(/\w+/g)]
    if (words.length === 0) return this.pick(NAMES)
    const { index, 0: word } = this.pick(words)
    return text.slice(0, index) + this.pick(NAMES) + text.slice(index + word.length)
  }

  #line(text: string, change: (line: string) => string): string {
    const lines = text.split('\n')
    const at = this.below(lines.length)
    lines[at] = change(lines[at] ?? '')
    return lines.join('\n')
  }

  /** A YAML line with another value, or with another key. */
  #value(line: string): string {
    const found = /^(\s*(?:- )?)([^:#]*?)(:\s*)(.*)$/.exec(line)
    const value = this.pick(YAML_VALUES)
    if (!found) return line.replace(/^(\s*- ).*$/, (_, dash: string) => dash + value)
    const [, indent = '', key = '', colon = '', rest = ''] = found
    return this.below(3) > 0 ? indent + key + colon + value : indent + this.pick(NAMES) + colon + rest
  }
}
