import type { NodeDraft } from './draft.ts'

/** Nodes that `ref` can name, by name and package, in the order in which they were found. */
export class RefLookup {
  readonly #byName = new Map<string, Map<string, NodeDraft>>()
  readonly #disabled = new Map<string, Map<string, NodeDraft>>()
  readonly #functions = new Map<string, Map<string, NodeDraft>>()
  readonly #disabledFunctions = new Map<string, Map<string, NodeDraft>>()

  constructor(enabled: Iterable<NodeDraft>, disabled: Iterable<NodeDraft>) {
    for (const node of enabled) add(node.resource_type === 'function' ? this.#functions : this.#byName, node)
    for (const node of disabled) add(node.resource_type === 'function' ? this.#disabledFunctions : this.#disabled, node)
  }

  /** All of a name, or of a name in a package. */
  find(name: string, packageName: string | null, version: string | number | null): readonly NodeDraft[] {
    return find(this.#byName, name, packageName, version)
  }

  /** The first of a name, or the one of a package. */
  first(name: string, packageName: string | null, version: string | number | null): NodeDraft | undefined {
    const packages = this.#byName.get(keyOf(name, version))
    if (!packages) return undefined
    return packageName === null ? packages.values().next().value : packages.get(packageName)
  }

  findDisabled(name: string, packageName: string | null, version: string | number | null): readonly NodeDraft[] {
    return find(this.#disabled, name, packageName, version)
  }

  /** The functions of a name, or of a name in a package. */
  functions(name: string, packageName: string | null): readonly NodeDraft[] {
    return find(this.#functions, name, packageName, null)
  }

  disabledFunctions(name: string, packageName: string | null): readonly NodeDraft[] {
    return find(this.#disabledFunctions, name, packageName, null)
  }

  functionNames(): IterableIterator<string> {
    return this.#functions.keys()
  }

  /** All versions of a model of a package. */
  versions(name: string, packageName: string): readonly NodeDraft[] {
    return [...this.#byName].flatMap(([key, packages]) => {
      const node = packages.get(packageName)
      return node && node.name === name && key !== name ? [node] : []
    })
  }

  names(): IterableIterator<string> {
    return this.#byName.keys()
  }
}

type Index = Map<string, Map<string, NodeDraft>>

export function isRefable(node: NodeDraft): boolean {
  return node.resource_type === 'model' || node.resource_type === 'seed' || node.resource_type === 'snapshot'
}

function add(index: Index, node: NodeDraft): void {
  if (!isRefable(node) && node.resource_type !== 'function') return
  const put = (key: string): void => {
    const packages = index.get(key) ?? new Map<string, NodeDraft>()
    index.set(key, packages)
    packages.set(node.package_name, node)
  }
  if (node.resource_type !== 'model' || node.version === null) put(node.name)
  else {
    put(`${node.name}.v${node.version}`)
    if (node.version === node.latest_version) put(node.name)
  }
}

function find(
  index: Index,
  name: string,
  packageName: string | null,
  version: string | number | null,
): readonly NodeDraft[] {
  const packages = index.get(keyOf(name, version))
  if (!packages) return []
  if (packageName === null) return [...packages.values()]
  const found = packages.get(packageName)
  return found ? [found] : []
}

function keyOf(name: string, version: string | number | null): string {
  return version === null || version === '' ? name : `${name}.v${version}`
}

/** The packages in which dbt looks for what a resource names: `null` is any. */
export function packagesToSearch(
  root: string,
  own: string,
  asked: string | null,
  ownFirst: boolean,
): readonly (string | null)[] {
  if (asked !== null) return [asked]
  if (root === own) return [root, null]
  return ownFirst ? [own, root, null] : [root, own, null]
}
