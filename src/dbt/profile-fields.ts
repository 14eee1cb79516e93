import { TemplateError, TemplateSyntaxError } from '../jinja/errors.ts'
import { type Callable, hasJinja, type NameScope, parse, renderNative } from '../jinja/index.ts'
import { type Data, type DataObject, fromValue } from './data.ts'

export const CREDENTIALS = ['token', 'client_id', 'client_secret', 'azure_client_id', 'azure_client_secret'] as const
const SECRETS: ReadonlySet<string> = new Set(['token', 'client_secret', 'azure_client_secret'])

interface Read {
  readonly variable: string
  /** undefined where it is not set. */
  readonly value: string | undefined
}

/** The fields of one target of a profile, rendered when they are asked for; a problem never holds a value. */
export class ProfileFields {
  readonly problems: string[] = []
  readonly #target: string
  readonly #data: DataObject
  readonly #env: ReadonlyMap<string, string>
  readonly #secrets = new Set<string>()
  /** What was read for each field that was asked for. */
  readonly #reads = new Map<string, readonly Read[]>()
  readonly #said = new Set<string>()

  constructor(data: DataObject, target: string, env: ReadonlyMap<string, string>) {
    this.#data = data
    this.#target = target
    this.#env = env
  }

  /** Says what is wrong with a field: `is no host name`. */
  say(field: string, problem: string): void {
    this.#said.add(field)
    const whose = this.#target === '' ? '' : ` of the target '${this.#target}'`
    this.problems.push(`profiles.yml: \`${field}\`${whose} ${problem}`)
  }

  /** The field's text, empty when it is absent or none can be made of it; the reason for the latter is a problem. */
  text(field: string): string {
    const data = this.#data[field]
    const value = typeof data === 'string' && hasJinja(data) ? this.#rendered(field, data) : data
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
    if (SECRETS.has(field)) this.#keepSecret(field, text)
    return SECRETS.has(field) ? text : text.trim()
  }

  required(field: string): string {
    const text = this.text(field)
    if (text === '' && !this.#said.has(field)) this.say(field, `is ${this.#absence(field)}`)
    return text
  }

  sayNoCredentials(): void {
    if (CREDENTIALS.some((field) => this.#said.has(field))) return
    const empty = CREDENTIALS.find((field) => (this.#reads.get(field) ?? []).some(({ value }) => !value))
    const instead = 'a deploy needs `token`, or `auth_type: oauth` with `client_id` and `client_secret`'
    if (empty !== undefined) this.say(empty, `is ${this.#absence(empty)}; ${instead}`)
    else if (this.text('auth_type') !== 'oauth') this.say('token', `is not there, nor another credential; ${instead}`)
    else
      this.say('auth_type', `without a \`client_secret\` asks for a login in a browser, where nobody sits; ${instead}`)
  }

  secrets(): string[] {
    return [...this.#secrets].filter((secret) => secret !== '').sort()
  }

  #absence(field: string): string {
    const read = this.#reads.get(field)?.find(({ value }) => !value)
    return read === undefined ? 'not there' : `empty: ${absent(read)}`
  }

  #keepSecret(field: string, text: string): void {
    this.#secrets.add(text)
    for (const { value } of this.#reads.get(field) ?? []) if (value !== undefined) this.#secrets.add(value)
    if (!/^[\x21-\x7e]*$/.test(text)) {
      this.say(field, 'holds a space, a line break or a letter that no token has; save the secret again without it')
    }
  }

  #rendered(field: string, template: string): Data {
    const reads: Read[] = []
    this.#reads.set(field, reads)
    try {
      return fromValue(renderNative(parse(template, { name: 'profiles.yml' }), this.#scope(field, reads)))
    } catch (error) {
      // What an error at run time says may hold the secret.
      if (error instanceof TemplateSyntaxError) this.say(field, `cannot be read: ${error.message}`)
      else if (error instanceof TemplateError) this.say(field, 'cannot be rendered; only env_var and var are there')
      else throw error
      return null
    }
  }

  /** Only `env_var` and `var` are known in a profile. */
  #scope(field: string, reads: Read[]): NameScope {
    const env_var: Callable = (args, kwargs) => {
      const variable = String(args[0] ?? kwargs.get('var'))
      const otherwise = args[1] ?? kwargs.get('default') ?? null
      const value = this.#env.get(variable)
      reads.push({ variable, value })
      if (otherwise === null && !value) {
        this.say(field, `reads the environment variable ${variable}: ${absent({ variable, value })}`)
      }
      return value ?? otherwise ?? ''
    }
    const given: Callable = (args, kwargs) => args[1] ?? kwargs.get('default') ?? null
    return { get: (name) => (name === 'env_var' ? env_var : name === 'var' ? given : undefined) }
  }
}

function absent({ variable, value }: Read): string {
  return value === undefined
    ? `${variable} is not set; set it for this step, from the secrets and variables of the region's environment`
    : `${variable} is empty, as GitHub makes a secret that does not exist; add it to the region's environment`
}
