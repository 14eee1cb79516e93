import { TemplateSyntaxError } from '../jinja/errors.ts'
import { parse, type Template } from '../jinja/index.ts'
import { readYaml, type Yaml, YamlError } from './yaml.ts'

/**
 * What is known of texts that were read before. Give the same one to the parses of a pull request's base and head, and a
 * text that both have is read once.
 */
export class ParseCache {
  readonly #yaml = new Map<string, Yaml | YamlError>()
  readonly #templates = new Map<string, Template | TemplateSyntaxError>()
  readonly #known = new Map<string, unknown>()

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
    const key = `${name}\0${start}\0${end}\0${text}`
    let template = this.#templates.get(key)
    if (template === undefined) {
      template = attempt(() => parse(text, { name, start, end, macroPrefix: 'dbt_macro__' }), TemplateSyntaxError)
      this.#templates.set(key, template)
    }
    if (template instanceof TemplateSyntaxError) throw template
    return template
  }

  /** What `make` gives for a text, which must depend on the kind and the text alone. */
  derived<T>(kind: string, text: string, make: () => T): T {
    const key = `${kind}\0${text}`
    if (!this.#known.has(key)) this.#known.set(key, make())
    return this.#known.get(key) as T
  }
}

function attempt<T, E extends Error>(make: () => T, type: new (...args: never[]) => E): T | E {
  try {
    return make()
  } catch (error) {
    if (error instanceof type) return error
    throw error
  }
}
