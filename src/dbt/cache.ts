import { TemplateSyntaxError } from '../jinja/errors.ts'
import { parse, type Template } from '../jinja/index.ts'
import { readYaml, type Yaml, YamlError } from './yaml.ts'

/**
 * What is known of texts that were read before. Give the same one to the parses of a pull request's base and head, and a
 * text that both have is read once.
 */
export class ParseCache {
  readonly #yaml = new Map<string, Yaml | YamlError>()
  /** By text, then by what of it is the template: a long text is looked up once, and never copied. */
  readonly #templates = new Map<string, Map<string, Template | TemplateSyntaxError>>()
  readonly #known = new Map<string, Map<string, unknown>>()

  /** The data of a YAML text. Throws YamlError. */
  yaml(text: string): Yaml {
    let yaml = this.#yaml.get(text)
    if (yaml === undefined) {
      yaml = attempt(() => readYaml(text), YamlError)
      this.#yaml.set(text, yaml)
    }
    if (yaml instanceof YamlError) throw yaml
    return yaml
  }

  /** A text, or a part of it, as a template. Throws TemplateSyntaxError. */
  template(text: string, name: string, start = 0, end = text.length): Template {
    const key = `${start} ${end} ${name}`
    const known = inner(this.#templates, text)
    let template = known.get(key)
    if (template === undefined) {
      template = attempt(() => parse(text, { name, start, end, macroPrefix: 'dbt_macro__' }), TemplateSyntaxError)
      known.set(key, template)
    }
    if (template instanceof TemplateSyntaxError) throw template
    return template
  }

  /** What `make` gives for a text, which must depend on the kind and the text alone. */
  derived<T>(kind: string, text: string, make: () => T): T {
    const known = inner(this.#known, kind)
    if (!known.has(text)) known.set(text, make())
    return known.get(text) as T
  }
}

function inner<V>(outer: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let map = outer.get(key)
  if (!map) {
    map = new Map()
    outer.set(key, map)
  }
  return map
}

function attempt<T, E extends Error>(make: () => T, type: new (...args: never[]) => E): T | E {
  try {
    return make()
  } catch (error) {
    if (error instanceof type) return error
    throw error
  }
}
