import { TemplateSyntaxError } from '../jinja/errors.ts'
import { type CallNode, type Expression, render, type Statement, Template, type Value } from '../jinja/index.ts'
import { bounded, MAX_MS } from '../jinja/limits.ts'
import type { DataObject } from './data.ts'
import type { Asked, Work } from './draft.ts'
import type { MacroName } from './macro.ts'
import type { Package } from './package.ts'
import { ParseSubject } from './parse-subject.ts'
import type { Session } from './session.ts'

/** What a part of a template does in whatever node it stands: which macros it calls, and what it says to `config`. */
interface Effects {
  readonly macros: readonly string[]
  readonly configs: readonly DataObject[]
}

/** What is the same for all templates of a package. */
interface Known {
  readonly isOverridden: boolean
  /** Its parts, by kind and text. `null` is a part whose effects are not the same everywhere. */
  readonly parts: Map<string, Effects | null>
}

const known = new WeakMap<Session, Map<Package, Known>>()

/**
 * Does what rendering a template does to a node, part by part: the parts of a template without variables of its own know nothing of each
 * other, and most stand in many models, so each is rendered once. Names that are looked up in vain go into `unknown`. False, with nothing done, for
 * any other template. Throws as `render`.
 */
export function renderParts(session: Session, work: Work, template: Template, unknown: Set<string>): boolean {
  if (!isOverridden(session, work.package) && template.body.every(isApart)) {
    const { call, unrenderedCall } = work
    const [asked, macros] = [work.asked.length, [...work.macros]]
    try {
      new Parts(session, work, template, unknown).run()
      return true
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) throw error
      // A template that cannot be compiled does nothing at all.
      work.asked.length = asked
      work.macros = new Set(macros)
      work.call = call
      work.unrenderedCall = unrenderedCall
      unknown.clear()
    }
  }
  return false
}

/** Whether a statement neither sets what another can see nor sees what another sets. */
function isApart(statement: Statement): boolean {
  switch (statement.kind) {
    case 'output':
    case 'break':
    case 'continue':
      return true
    case 'if':
      return statement.branches.every(({ body }) => body.every(isApart)) && statement.otherwise.every(isApart)
    case 'for':
      return statement.body.every(isApart) && statement.otherwise.every(isApart)
    default:
      return false
  }
}

const NAMES = ['ref', 'source', 'config']

/** Whether somebody has a macro in the place of `ref`, `source` or `config`. */
export function isOverridden(session: Session, of: Package): boolean {
  return knownIn(session, of).isOverridden
}

class Parts {
  readonly #session: Session
  readonly #work: Work
  readonly #template: Template
  readonly #known: Known['parts']
  readonly #unknown: Set<string>

  constructor(session: Session, work: Work, template: Template, unknown: Set<string>) {
    this.#unknown = unknown
    this.#session = session
    this.#work = work
    this.#template = template
    this.#known = knownIn(session, work.package).parts
  }

  run(): void {
    bounded(MAX_MS, () => {
      for (const statement of this.#template.body) {
        if (statement.kind !== 'output') this.#part(statement)
        else for (const part of statement.parts) if (part.kind !== 'text' && part.kind !== 'const') this.#part(part)
      }
    })
  }

  #part(part: Expression | Statement): void {
    if (part.kind === 'call' && this.#ask(part)) return
    const { source } = this.#template
    const key = `${part.kind} ${source.slice(part.offset, part.end)}`
    const effects = this.#known.get(key)
    if (effects) {
      for (const macro of effects.macros) this.#work.macros.add(macro)
      for (const options of effects.configs) this.#subject().config(options)
    } else this.#known.set(key, this.#render(part, effects === undefined))
  }

  /** Notes a `ref` or `source` of texts. */
  #ask({ callee, args, kwargs, spread, kwSpread, offset }: CallNode): boolean {
    if (callee.kind !== 'name' || kwargs.length > 0 || spread || kwSpread) return false
    if ((callee.name !== 'ref' && callee.name !== 'source') || args.length === 0 || args.length > 2) return false
    const [first, second] = [textOf(args[0]), textOf(args[1])]
    if (first === undefined || (args.length === 2 && second === undefined)) return false
    const place = { file: this.#work.source.file, offset: this.#work.place.offset + offset }
    let asked: Asked
    if (callee.name === 'ref') {
      const [name, from] = second === undefined ? [first, null] : [second, first]
      asked = { kind: 'ref', args: { name, package: from, version: null }, place }
    } else {
      if (second === undefined) return false
      asked = { kind: 'source', args: [first, second], place }
    }
    this.#work.asked.push(asked)
    return true
  }

  #subject(): PartSubject {
    const { runtime, cache, sink } = this.#session
    return new PartSubject(this.#work, runtime, cache, sink)
  }

  #render(part: Expression | Statement, isNew: boolean): Effects | null {
    const { name, source, macroPrefix } = this.#template
    const { offset, end } = part
    const body: Statement[] = isStatement(part) ? [part] : [{ kind: 'output', parts: [part], offset, end }]
    const subject = this.#subject()
    try {
      this.#session.runtime.with(subject, (scope) =>
        render(new Template(name, source, body, macroPrefix), scope, { undefined: 'chainable' }),
      )
    } finally {
      for (const unknown of subject.unknownNames()) this.#unknown.add(unknown)
    }
    return isNew ? subject.effects() : null
  }
}

function knownIn(session: Session, of: Package): Known {
  const all = known.get(session) ?? new Map<Package, Known>()
  known.set(session, all)
  let found = all.get(of)
  if (!found) {
    const { runtime, packages } = session
    const owners = [of.name, packages.root.name]
    const isOverridden = NAMES.some((name) => owners.some((owner) => runtime.macros.byId.has(`macro.${owner}.${name}`)))
    found = { isOverridden, parts: new Map() }
    all.set(of, found)
  }
  return found
}

function isStatement(part: Expression | Statement): part is Statement {
  return part.kind === 'if' || part.kind === 'for'
}

function textOf(node: Expression | undefined): string | undefined {
  return node?.kind === 'const' && typeof node.value === 'string' ? node.value : undefined
}

/** What is the same for all nodes while a project is parsed. */
const COMMON = new Set(['config', 'sql', 'compiled_code', 'pre_hooks', 'post_hooks', 'try_or_compiler_error'])

/** A node while a part of it is rendered: notes what the part does, and whether it would do the same in any other. */
class PartSubject extends ParseSubject {
  readonly macros: string[] = []
  readonly configs: DataObject[] = []
  isSame = true

  override member(name: string): Value | undefined {
    const value = super.member(name)
    if (value !== undefined && !COMMON.has(name)) this.isSame = false
    return value
  }
  override onMacro(entry: MacroName): void {
    this.macros.push(entry.unique_id)
    super.onMacro(entry)
  }
  override config(options: DataObject): void {
    this.configs.push(options)
    super.config(options)
  }
  override onUnknown(name: string): void {
    this.isSame = false
    super.onUnknown(name)
  }
  override onMissing(...missing: Parameters<ParseSubject['onMissing']>): void {
    this.isSame = false
    super.onMissing(...missing)
  }

  effects(): Effects | null {
    return this.isSame ? { macros: this.macros, configs: this.configs } : null
  }
}
