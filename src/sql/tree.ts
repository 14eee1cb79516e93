import type { Tree } from './sdk.ts'

export const setOperations = new Set(['union', 'intersect', 'except'])

/** The parts of a node, or the node itself: an object with one key, its kind. */
export interface Parts {
  readonly [key: string]: Tree
}

/** The parts of a name that may be a column's, as written; null when the tree is no such name. */
export function pathOf(tree: Tree): string[] | null {
  const [kind, parts] = nodeOf(tree)
  if (kind === 'column') return [parts.table, parts.name].map(nameOf).filter((part) => part !== '')
  if (kind !== 'dot') return null
  const front = pathOf(parts.this ?? null)
  return front === null ? null : [...front, nameOf(parts.field)]
}

/** Whether a key and what stands under it are a query as a node. */
export function isQuery(kind: string, tree: Tree): boolean {
  if (!isParts(tree)) return false
  if (setOperations.has(kind)) return 'left' in tree && 'right' in tree
  return kind === 'subquery' || (kind === 'select' && 'expressions' in tree)
}

/** A tree without the comments that the SQL library puts around it. */
export function bare(tree: Tree): Tree {
  return isParts(tree) && isParts(tree.annotated) ? bare(tree.annotated.this ?? null) : tree
}

/** A node's kind and parts; no kind and no parts for what is no node. */
export function nodeOf(annotated: Tree): [kind: string, parts: Parts] {
  const tree = bare(annotated)
  const [entry, ...more] = isParts(tree) ? Object.entries(tree) : []
  return entry !== undefined && more.length === 0 && isParts(entry[1]) ? [entry[0], entry[1]] : ['', {}]
}

/** The text of an identifier, which is a text, or an object with its name; empty when there is none. */
export function nameOf(tree: Tree | undefined): string {
  if (typeof tree === 'string') return tree
  return isParts(tree) && typeof tree.name === 'string' ? tree.name : ''
}

export function namesOf(tree: Tree | undefined): string[] {
  return listOf(tree).map(nameOf)
}

export function listOf(tree: Tree | undefined): readonly Tree[] {
  return Array.isArray(tree) ? tree : []
}

export function isNothing(tree: Tree): boolean {
  return tree === null || tree === false || (Array.isArray(tree) && tree.length === 0)
}

export function isParts(tree: Tree | undefined): tree is Parts {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree)
}
