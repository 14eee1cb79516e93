import { TemplateError, TemplateSyntaxError } from '../jinja/errors.ts'
import { render, renderNative, type Value } from '../jinja/index.ts'
import { type CompileOptions, CompileSubject, type Reads, type StandIns, Trail } from './compile-subject.ts'
import { injectCtes } from './cte.ts'
import { isObject } from './data.ts'
import type { NodeDraft, Work } from './draft.ts'
import { fixtureSql } from './fixture-sql.ts'
import { testKwargs } from './generic-tests.ts'
import { RefLookup } from './lookup.ts'
import type { UnitTestDefinition } from './manifest.ts'
import type { Project } from './project.ts'
import { Resolver } from './resolve.ts'
import { type ProjectState, stateOf } from './state.ts'
import { inputOf } from './unit-tests.ts'

export type { CompileOptions, Reads, RelationColumn } from './compile-subject.ts'

/** A node's SQL as dbt would send it, as far as that is known without a warehouse. */
export interface Compiled {
  readonly code: string
  /** What could not be resolved, sorted; empty when `code` is exactly dbt's. */
  readonly unresolved: readonly string[]
  readonly reads: Reads
}

/**
 * Compiles a node or a unit test of a parsed project: refs and sources become relations, ephemeral models common table
 * expressions. Throws for a unique_id that the project has not.
 */
export function compileNode(project: Project, unique_id: string, options: CompileOptions): Compiled {
  const compiler = compilerOf(project)
  const unitTest = project.manifest.unit_tests.get(unique_id)
  return unitTest ? compiler.unitTest(unitTest) : compiler.node(unique_id, options)
}

/** Compiles another template as if it stood in the node's file: a hook. Throws for a unique_id that the project has not. */
export function compileTemplate(project: Project, unique_id: string, text: string, options: CompileOptions): Compiled {
  return compilerOf(project).node(unique_id, options, text)
}

const compilers = new WeakMap<Project, Compiler>()

function compilerOf(project: Project): Compiler {
  let compiler = compilers.get(project)
  if (!compiler) {
    compiler = new Compiler(project, stateOf(project))
    compilers.set(project, compiler)
  }
  return compiler
}

interface Rendered {
  readonly sql: string
  readonly trail: Trail
}

/** Ephemeral models within ephemeral models before dbt's own recursion ends. */
const MAX_NESTING = 300

class Compiler {
  readonly #project: Project
  readonly #state: ProjectState
  readonly #works = new Map<string, Work>()
  readonly #resolver: Resolver
  readonly #ephemeral = new Map<string, Rendered>()

  constructor(project: Project, state: ProjectState) {
    this.#project = project
    this.#state = state
    for (const work of state.gathered.works) {
      if (!this.#works.has(work.draft.unique_id) || work.draft.config.enabled)
        this.#works.set(work.draft.unique_id, work)
    }
    const enabled = [...this.#works.values()]
      .map((work) => work.draft)
      .filter((draft) => project.manifest.nodes.has(draft.unique_id))
    const sources = state.gathered.sources
      .map((source) => source.draft)
      .filter((draft) => draft.config.enabled !== false)
    this.#resolver = new Resolver(state.session, new RefLookup(enabled, []), sources, [])
  }

  node(unique_id: string, options: CompileOptions, text?: string): Compiled {
    const work = this.#works.get(unique_id)
    if (!work) throw new Error(`the project has no node ${unique_id}`)
    const rendered = this.#render(work, work.draft, options, undefined, text)
    return this.#inject(rendered, options, new Map())
  }

  /** The model under test over its given rows. The types of their columns are not known here. */
  unitTest(test: UnitTestDefinition): Compiled {
    const model = this.#works.get(test.depends_on.nodes[0] ?? '')
    if (!model) return { code: '', unresolved: [`model ${test.model}`], reads: { macros: [], vars: [], env_vars: [] } }
    const inputs = new Map<string, string>()
    const bodies = new Map<string, string>()
    let self: string | null = null
    for (const given of test.given) {
      const name = this.#inputName(test, String(given.input))
      if (name === null) continue
      const cte = `__dbt__cte__${name.cte}`
      bodies.set(cte, fixtureSql(given))
      if (name.unique_id === null) self = cte
      else inputs.set(name.unique_id, cte)
    }
    const incremental = isObject(test.overrides?.macros) && test.overrides.macros.is_incremental === true
    const rendered = this.#render(model, model.draft, { incremental }, { inputs, self, overrides: test.overrides })
    if (bodies.size > 0) rendered.trail.unresolved.add('types of the given columns')
    return this.#inject(rendered, { incremental }, bodies)
  }

  #inputName(test: UnitTestDefinition, input: string): { cte: string; unique_id: string | null } | null {
    if (input.trim() === 'this') return { cte: test.model, unique_id: null }
    const asked = inputOf(this.#state.session, input)
    if (asked === null) return null
    const found = 'name' in asked ? this.#resolver.ref(test, asked) : this.#resolver.source(test, asked)
    if (!found) return null
    return {
      cte: found.resource_type === 'source' ? `${found.source_name}__${found.name}` : found.name,
      unique_id: found.unique_id,
    }
  }

  #render(work: Work, node: NodeDraft, options: CompileOptions, standIns?: StandIns, text?: string): Rendered {
    const trail = new Trail()
    if (node.resource_type === 'seed' && text === undefined) return { sql: '', trail }
    if (node.language === 'python' && text === undefined) {
      trail.unresolved.add('python')
      return { sql: node.raw_code, trail }
    }
    const { session } = this.#state
    const extra = new Map<string, Value>()
    const facts = { node, package: work.package, manifest: this.#project.manifest, resolver: this.#resolver }
    const subject = new CompileSubject(session, facts, options, trail, extra, standIns)
    try {
      const own = () => work.template ?? session.cache.template(node.raw_code, node.raw_code)
      const template = text === undefined ? own() : session.cache.template(text, 'hook')
      const sql = session.runtime.with(subject, (scope) => {
        if (work.testArguments)
          extra.set(
            '_dbt_generic_test_kwargs',
            testKwargs(work.testArguments, (text) => renderNative(session.cache.template(text, 'argument'), scope)),
          )
        return render(template, scope)
      })
      return { sql, trail }
    } catch (error) {
      if (!(error instanceof TemplateError || error instanceof TemplateSyntaxError)) throw error
      trail.unresolved.add(`rendering: ${error.message}`)
      return { sql: node.raw_code, trail }
    }
  }

  /** Puts the ephemeral models that are needed, and those that they need, before the SQL. */
  #inject(rendered: Rendered, options: CompileOptions, given: ReadonlyMap<string, string>): Compiled {
    const ctes = new Map<string, string>(given)
    const trails = [rendered.trail]
    const visit = (unique_id: string, depth: number): void => {
      const work = this.#works.get(unique_id)
      const name = work && `__dbt__cte__${work.draft.alias}`
      if (!work || name === undefined || ctes.has(name)) return
      if (depth > MAX_NESTING) {
        rendered.trail.unresolved.add('ephemeral models, one within the other')
        return
      }
      // What is known of columns is the asker's, and may differ the next time.
      const isOwn = options.columnsOf !== undefined
      const inner = (isOwn ? undefined : this.#ephemeral.get(unique_id)) ?? this.#render(work, work.draft, options)
      if (!isOwn) this.#ephemeral.set(unique_id, inner)
      trails.push(inner.trail)
      // Against a cycle of ephemeral models: the name is taken before its own are looked at.
      ctes.set(name, '')
      for (const needed of inner.trail.ctes) visit(needed, depth + 1)
      ctes.delete(name)
      ctes.set(name, inner.sql)
    }
    for (const needed of rendered.trail.ctes) visit(needed, 0)
    const all = <T>(pick: (trail: Trail) => Iterable<T>): T[] =>
      [...new Set(trails.flatMap((trail) => [...pick(trail)]))].sort()
    return {
      code: injectCtes(rendered.sql, ctes),
      unresolved: all((trail) => trail.unresolved),
      reads: {
        macros: all((trail) => trail.macros),
        vars: all((trail) => trail.vars),
        env_vars: all((trail) => trail.envVars),
      },
    }
  }
}
