import type { Arguments, Node, Parameter, Statement } from './ast.ts'

/**
 * Visits nodes, parents before children, in the order of the source; `false` from the visitor skips a node's children. Nothing
 * is run: it is for finding calls such as `ref('x')`.
 */
export function walk(
  root: { readonly body: readonly Statement[] } | Node | readonly Node[],
  visit: (node: Node) => boolean | undefined,
): void {
  if ('kind' in root) {
    visitNode(root, visit)
    return
  }
  const nodes: readonly Node[] = 'body' in root ? root.body : root
  for (const node of nodes) visitNode(node, visit)
}

function visitNode(node: Node, visit: (node: Node) => boolean | undefined): void {
  if (visit(node) === false) return
  for (const child of children(node)) visitNode(child, visit)
}

/** The nodes directly within a node, in the order of the source. */
export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'name':
    case 'const':
    case 'text':
    case 'namespace-target':
    case 'break':
    case 'continue':
      return []
    case 'tuple':
    case 'list':
    case 'target-tuple':
      return node.items
    case 'dict':
      return node.pairs.flatMap(({ key, value }) => [key, value])
    case 'attribute':
      return [node.object]
    case 'item':
      return [node.object, node.key]
    case 'slice':
      return present(node.start, node.stop, node.step)
    case 'keyword':
      return [node.value]
    case 'call':
      return [node.callee, ...given(node)]
    case 'filter':
      return [...present(node.input), ...given(node)]
    case 'test':
      return [node.input, ...given(node)]
    case 'not':
    case 'negate':
      return [node.operand]
    case 'binary':
    case 'logic':
      return [node.left, node.right]
    case 'compare':
      return [node.first, ...node.rest.map(({ right }) => right)]
    case 'concat':
    case 'output':
      return node.parts
    case 'conditional':
      return [node.consequent, node.test, ...present(node.otherwise)]
    default:
      return statementChildren(node)
  }
}

function statementChildren(node: Exclude<Statement, { kind: 'output' | 'break' | 'continue' }>): readonly Node[] {
  switch (node.kind) {
    case 'if':
      return [...node.branches.flatMap(({ test, body }) => [test, ...body]), ...node.otherwise]
    case 'for':
      return [node.target, node.iterable, ...present(node.filter), ...node.body, ...node.otherwise]
    case 'set':
      return [node.target, node.value]
    case 'set-block':
      return [node.target, ...present(node.filter), ...node.body]
    case 'with':
      return [...node.targets.flatMap(({ target, value }) => [target, value]), ...node.body]
    case 'macro':
      return [...defaults(node.parameters), ...node.body]
    case 'call-block':
      return [...defaults(node.parameters), node.call, ...node.body]
    case 'filter-block':
      return [node.filter, ...node.body]
    case 'do':
      return [node.expression]
    case 'block':
      return node.body
    case 'unsupported':
      return node.expressions
  }
}

function given(node: Arguments): Node[] {
  return [...node.args, ...node.kwargs, ...present(node.spread, node.kwSpread)]
}

function defaults(parameters: readonly Parameter[]): Node[] {
  return present(...parameters.map((parameter) => parameter.default))
}

function present<T>(...nodes: readonly (T | null)[]): T[] {
  return nodes.filter((node) => node !== null)
}
