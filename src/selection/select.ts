import { isJsonObject } from '../dbt/data.ts'
import type { Json } from '../dbt/manifest.ts'
import { parseDefinition } from './definition.ts'
import { fnmatch } from './fnmatch.ts'
import { type Member, matcher, membersOf, type Selectable } from './methods.ts'
import {
  type Combination,
  type Criteria,
  type IndirectSelection,
  SelectionError,
  type Specification,
} from './specification.ts'

/**
 * The unique_ids that a selection means in a project, with the tests that come with them. Throws a SelectionError.
 * https://docs.getdbt.com/reference/node-selection/syntax
 */
export function select(specification: Specification, from: Selectable, usual: IndirectSelection): ReadonlySet<string> {
  return new Selection(from, usual).selected(specification)
}

/** A selector of selectors.yml by its name. Throws a SelectionError that names those that there are. */
export function selectorNamed(name: string, { manifest }: Selectable, usual: IndirectSelection): Specification {
  const selector = manifest.selectors?.get(name)
  if (selector !== undefined) return parseDefinition(name, definitionOf(selector), usual)
  const known = [...(manifest.selectors?.keys() ?? [])]
  const are = known.length === 0 ? 'selectors.yml has none' : `selectors.yml has ${known.join(', ')}`
  throw new SelectionError(`there is no selector '${name}': ${are}`)
}

/** The name of the selector that counts where nothing is selected, or null. */
export function defaultSelector({ manifest }: Selectable): string | null {
  const found = [...(manifest.selectors ?? [])].find(
    ([, selector]) => isJsonObject(selector) && selector.default === true,
  )
  return found?.[0] ?? null
}

/** What is meant itself, and, with what comes along as soon as all that it reads is meant too, everything. */
interface Selected {
  readonly direct: ReadonlySet<string>
  readonly all: ReadonlySet<string>
}

class Selection {
  readonly #from: Selectable
  readonly #usual: IndirectSelection
  readonly #members: ReadonlyMap<string, Member>
  /** Selectors that are being looked up, each by the one before. */
  readonly #open: string[] = []

  constructor(from: Selectable, usual: IndirectSelection) {
    this.#from = from
    this.#usual = usual
    this.#members = membersOf(from.manifest)
  }

  selected(specification: Specification): ReadonlySet<string> {
    return this.#select(specification).direct
  }

  #select(specification: Specification): Selected {
    return specification.kind === 'criteria' ? this.#meant(specification) : this.#combined(specification)
  }

  #combined({ kind, parts, indirectSelection }: Combination): Selected {
    const selected = parts.map((part) => this.#select(part))
    const direct = combine[kind](selected.map((each) => each.direct))
    const all = combine[kind](selected.map((each) => each.all))
    return { direct: this.#completed(direct, all, indirectSelection), all }
  }

  #meant(criteria: Criteria): Selected {
    if (criteria.method === 'selector') {
      const found = this.#withNeighbours(criteria, this.#bySelector(criteria))
      return { direct: found, all: found }
    }
    const matches = matcher(criteria, this.#from)
    const found = [...this.#members.values()].filter(matches).map(({ unique_id }) => unique_id)
    return this.#withTests(this.#withNeighbours(criteria, found), criteria.indirectSelection)
  }

  #bySelector({ raw, value }: Criteria): Set<string> {
    const names = [...(this.#from.manifest.selectors?.keys() ?? [])]
      .sort()
      .filter((name) => fnmatch(name, String(value)))
    if (names.length === 0) throw new SelectionError(`'${raw}': selectors.yml has no such selector`)
    const found = names.map((name) => {
      if (this.#open.includes(name)) {
        throw new SelectionError(`the selectors select each other: ${[...this.#open, name].join(', ')}`)
      }
      this.#open.push(name)
      const selected = this.selected(selectorNamed(name, this.#from, this.#usual))
      this.#open.pop()
      return selected
    })
    return union(found)
  }

  #withNeighbours({ childrensParents, parents, children }: Criteria, found: Iterable<string>): Set<string> {
    const { parent_map, child_map } = this.#from.manifest
    const selected = new Set(found)
    const all = [selected]
    if (childrensParents) {
      const below = union([selected, this.#reach(child_map, selected, null)])
      all.push(below, this.#reach(parent_map, below, null))
    }
    if (parents !== null) all.push(this.#reach(parent_map, selected, parents.depth))
    if (children !== null) all.push(this.#reach(child_map, selected, children.depth))
    return union(all)
  }

  /** What can be come to in so many steps, in any number for null. */
  #reach(
    neighbours: ReadonlyMap<string, readonly string[]>,
    start: ReadonlySet<string>,
    depth: number | null,
  ): Set<string> {
    const reached = new Set<string>()
    let layer: ReadonlySet<string> = start
    for (let step = 0; layer.size > 0 && (depth === null || step < depth); step++) {
      const next = new Set<string>()
      for (const id of layer) {
        for (const other of neighbours.get(id) ?? []) {
          if (!reached.has(other) && this.#members.has(other)) next.add(other)
        }
      }
      for (const id of next) reached.add(id)
      layer = next
    }
    return reached
  }

  /** Tests that read what is selected: those that come along, and those that wait for the others that they read. */
  #withTests(selected: ReadonlySet<string>, mode: IndirectSelection): Selected {
    if (mode === 'empty') return { direct: selected, all: selected }
    const direct = new Set(selected)
    const all = new Set(selected)
    const { child_map, sources } = this.#from.manifest
    const built = mode === 'buildable' ? union([this.#withParents(selected), new Set(sources.keys())]) : selected
    for (const id of this.#reach(child_map, selected, 1)) {
      if (!/^(?:test|unit_test)\./.test(id)) continue
      all.add(id)
      if (mode === 'eager' || this.#readsOnly(id, built)) direct.add(id)
    }
    return { direct, all }
  }

  /** Tests that waited for the others that they read, which another part of the selection may mean. */
  #completed(direct: ReadonlySet<string>, all: ReadonlySet<string>, mode: IndirectSelection): ReadonlySet<string> {
    if (mode !== 'cautious' && mode !== 'buildable') return direct
    const read = mode === 'cautious' ? direct : this.#withParents(direct)
    const waiting = [...all].filter((id) => this.#from.manifest.nodes.has(id) && this.#readsOnly(id, read))
    return union([direct, new Set(waiting)])
  }

  #withParents(selected: ReadonlySet<string>): Set<string> {
    return union([selected, this.#reach(this.#from.manifest.parent_map, selected, null)])
  }

  #readsOnly(id: string, read: ReadonlySet<string>): boolean {
    const { nodes, unit_tests } = this.#from.manifest
    const { depends_on } = nodes.get(id) ?? unit_tests.get(id) ?? {}
    return (depends_on?.nodes ?? []).every((each) => read.has(each))
  }
}

type Sets = readonly ReadonlySet<string>[]

const combine: Readonly<Record<Combination['kind'], (sets: Sets) => ReadonlySet<string>>> = {
  union,
  intersection: ([first = new Set(), ...others]) =>
    new Set([...first].filter((id) => others.every((other) => other.has(id)))),
  difference: ([first = new Set(), ...others]) =>
    new Set([...first].filter((id) => !others.some((other) => other.has(id)))),
}

function union(sets: Sets): Set<string> {
  return new Set(sets.flatMap((set) => [...set]))
}

function definitionOf(selector: Json): Json {
  return isJsonObject(selector) ? (selector.definition ?? null) : null
}
