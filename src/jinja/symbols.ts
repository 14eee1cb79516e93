import type { Expression, ForNode, KeywordNode, Parameter, SliceNode, Statement, Target } from './ast.ts'
import { children } from './walk.ts'

/** A function of the compiled template (the template, a macro, a recursive loop): its variables are slots of its frames. */
export class Layout {
  /** How many functions are around it. */
  readonly depth: number
  #size = 0
  constructor(parent: Layout | null) {
    this.depth = parent ? parent.depth + 1 : 0
  }

  newSlot(): number {
    this.#size += 1
    return this.#size - 1
  }
  get size(): number {
    return this.#size
  }
}

/**
 * A name within a scope. What an empty slot means is `load`: look in the host's scope (`resolve`), in the scope around
 * (`outer`), or nowhere, since Jinja saw the name first where it is assigned (`undefined`).
 */
export interface Variable {
  readonly name: string
  readonly layout: Layout
  /** -1 while nothing assigns it. */
  slot: number
  readonly load: 'resolve' | 'outer' | 'undefined'
  readonly outer: Variable | null
}

/**
 * The names of one scope, found before it is compiled, as Jinja finds them: a name that is read before the scope assigns it
 * is looked up outside, also after the assignment when that did not happen.
 */
export class Scope {
  readonly parent: Scope | null
  readonly layout: Layout
  readonly #variables = new Map<string, Variable>()
  readonly #stored = new Set<string>()

  constructor(parent: Scope | null, layout: Layout) {
    this.parent = parent
    this.layout = layout
  }

  find(name: string): Variable | undefined {
    for (let scope: Scope | null = this; scope; scope = scope.parent) {
      const variable = scope.#variables.get(name)
      if (variable) return variable
    }
    return undefined
  }

  /** The name as it is read or assigned here, once the scope is analyzed. */
  resolve(name: string): Variable {
    return this.find(name) ?? this.#define(name, 'resolve', null)
  }

  /** The slots to empty when the scope is entered again within the same frame. */
  slots(): number[] {
    return [...this.#variables.values()].filter(({ slot }) => slot >= 0).map(({ slot }) => slot)
  }

  #define(name: string, load: Variable['load'], outer: Variable | null): Variable {
    const variable: Variable = { name, layout: this.layout, slot: -1, load, outer }
    this.#variables.set(name, variable)
    return variable
  }

  load(name: string): void {
    if (!this.find(name)) this.#define(name, 'resolve', null)
  }

  /** An assignment; `conditional` when it is within an `if`. */
  store(name: string, conditional: boolean): Variable {
    this.#stored.add(name)
    let variable = this.#variables.get(name)
    if (!variable) {
      const outer = this.parent?.find(name)
      variable = outer
        ? this.#define(name, 'outer', outer)
        : this.#define(name, conditional ? 'resolve' : 'undefined', null)
    }
    if (variable.slot < 0) variable.slot = this.layout.newSlot()
    return variable
  }

  declare(name: string): Variable {
    this.#stored.add(name)
    const variable = this.#define(name, 'undefined', null)
    variable.slot = this.layout.newSlot()
    return variable
  }

  declareTarget(target: Target): void {
    if (target.kind === 'name') this.declare(target.name)
    else if (target.kind === 'target-tuple') for (const item of target.items) this.declareTarget(item)
  }

  #storeTarget(target: Target, conditional: boolean): void {
    if (target.kind === 'name') this.store(target.name, conditional)
    else if (target.kind === 'namespace-target') this.load(target.name)
    else for (const item of target.items) this.#storeTarget(item, conditional)
  }

  /** Finds the names that these statements read and assign in this scope; scopes within are left to themselves. */
  analyze(statements: readonly Statement[], macroPrefix: string, conditional = false): void {
    for (const statement of statements) this.#statement(statement, macroPrefix, conditional)
  }

  analyzeExpression(node: Expression | SliceNode | KeywordNode): void {
    if (node.kind === 'name') this.load(node.name)
    else for (const child of children(node)) this.analyzeExpression(child as Expression)
  }

  analyzeDefaults(parameters: readonly Parameter[]): void {
    for (const parameter of parameters) if (parameter.default) this.analyzeExpression(parameter.default)
  }

  #statement(node: Statement, macroPrefix: string, conditional: boolean): void {
    switch (node.kind) {
      case 'output':
        for (const part of node.parts) if (part.kind !== 'text') this.analyzeExpression(part)
        break
      case 'if':
        for (const { test, body } of node.branches) {
          this.analyzeExpression(test)
          this.analyze(body, macroPrefix, true)
        }
        this.analyze(node.otherwise, macroPrefix, true)
        break
      case 'for':
        this.analyzeExpression(node.iterable)
        break
      case 'set':
        this.analyzeExpression(node.value)
        this.#storeTarget(node.target, conditional)
        break
      case 'set-block':
        this.#storeTarget(node.target, conditional)
        break
      case 'with':
        for (const { value } of node.targets) this.analyzeExpression(value)
        break
      case 'macro':
        this.store(macroPrefix + node.name, conditional)
        break
      case 'call-block':
        this.analyzeExpression(node.call)
        break
      case 'filter-block':
        this.analyzeExpression(node.filter)
        break
      case 'do':
        this.analyzeExpression(node.expression)
        break
      case 'unsupported':
        for (const expression of node.expressions) this.analyzeExpression(expression)
        break
    }
  }
}

/**
 * Which of the special names a body uses, as Jinja decides it: the first mention counts, and assigning to the name is not using it.
 */
export function usedNames(body: readonly Statement[], names: readonly string[]): Set<string> {
  const open = new Set(names)
  const used = new Set<string>()
  const visit = (node: Parameters<typeof children>[0], storing: boolean): void => {
    if (open.size === used.size) return
    if (node.kind === 'name') {
      if (!open.has(node.name)) return
      if (storing) open.delete(node.name)
      else used.add(node.name)
      return
    }
    if (node.kind === 'for') {
      visitFor(node)
      return
    }
    if (node.kind === 'set' || node.kind === 'set-block') visit(node.target, true)
    if (node.kind === 'with') for (const { target } of node.targets) visit(target, true)
    if (node.kind === 'macro' || node.kind === 'call-block') for (const { name } of node.parameters) open.delete(name)
    for (const child of children(node)) {
      const target = child.kind === 'target-tuple' || child.kind === 'namespace-target'
      if (storing || (!target && !isTarget(node, child))) visit(child, storing)
    }
  }
  const visitFor = (node: ForNode): void => {
    visit(node.target, true)
    for (const child of children(node)) if (child !== node.target) visit(child, false)
  }
  for (const statement of body) visit(statement, false)
  return used
}

function isTarget(node: Parameters<typeof children>[0], child: unknown): boolean {
  if (node.kind === 'set' || node.kind === 'set-block') return child === node.target
  return node.kind === 'with' && node.targets.some(({ target }) => target === child)
}
