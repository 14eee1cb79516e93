import { writtenResource } from '../dbt/write.ts'
import { type Member, membersOf, type Selectable, valueAt } from './methods.ts'
import { defaultSelector, select, selectorNamed } from './select.ts'
import { type IndirectSelection, parseSelection } from './specification.ts'

/** The options of `dbt ls` that say what is listed, and how. */
export interface Listing {
  readonly select?: readonly string[]
  readonly exclude?: readonly string[]
  readonly selector?: string
  readonly resourceType?: readonly string[]
  readonly excludeResourceType?: readonly string[]
  readonly indirectSelection: IndirectSelection
  readonly output: 'selector' | 'name' | 'path' | 'json'
  /** Of `output: 'json'`, the keys that are wanted; `config.materialized` is the key in a key. */
  readonly outputKeys?: readonly string[]
}

/** What `dbt ls` lists of itself, and what it knows beyond that. */
const usualTypes = [
  ...[
    'model',
    'snapshot',
    'seed',
    'test',
    'source',
    'exposure',
    'metric',
    'saved_query',
    'semantic_model',
    'unit_test',
  ],
  'function',
]

/** The lines of `dbt ls`, sorted by unique_id. Throws a SelectionError for a selection that cannot be. https://docs.getdbt.com/reference/commands/list */
export function listed(from: Selectable, listing: Listing): string[] {
  const members = membersOf(from.manifest)
  const types = typesOf(listing)
  return [...selected(listing, from)]
    .sort()
    .flatMap((id) => members.get(id) ?? [])
    .filter(({ resource_type }) => types.has(resource_type))
    .map((member) => line(member, listing))
}

function selected(listing: Listing, from: Selectable): ReadonlySet<string> {
  const { indirectSelection: usual } = listing
  const isOpen = (listing.select ?? listing.exclude) === undefined
  const name = listing.selector ?? (isOpen ? defaultSelector(from) : null)
  const specification =
    name === null ? parseSelection(listing.select, listing.exclude, usual) : selectorNamed(name, from, usual)
  return select(specification, from, usual)
}

function typesOf({ resourceType, excludeResourceType = [] }: Listing): Set<string> {
  const named = (resourceType ?? ['default']).flatMap((type) => {
    if (type === 'default') return usualTypes
    return type === 'all' ? [...usualTypes, 'analysis'] : [type]
  })
  return new Set(named.filter((type) => !excludeResourceType.includes(type)))
}

const keys =
  'alias name package_name depends_on tags config resource_type source_name original_file_path unique_id'.split(' ')

function line(member: Member, { output, outputKeys }: Listing): string {
  switch (output) {
    case 'path':
      return member.original_file_path
    case 'name':
      return nameOf(member)
    case 'selector':
      return selectorOf(member)
    case 'json':
      return JSON.stringify(
        Object.fromEntries((outputKeys ?? keys).flatMap((key) => entry(writtenResource(member), key))),
      )
  }
}

function nameOf(member: Member): string {
  if (member.resource_type === 'source') return `${member.source_name}.${member.name}`
  return member.resource_type === 'model' && member.version !== null ? `${member.name}.v${member.version}` : member.name
}

/** What selects the member again: most by their fully qualified name, the others by their type and name. */
function selectorOf(member: Member): string {
  const { resource_type, package_name } = member
  if (resource_type === 'unit_test' && member.version != null)
    return `unit_test:${package_name}.${member.name}_v${member.version}`
  const named = ['source', 'exposure', 'metric', 'saved_query', 'semantic_model', 'unit_test']
  return named.includes(resource_type) ? `${resource_type}:${package_name}.${nameOf(member)}` : member.fqn.join('.')
}

/** A key with its value, of a key in a key when it is written with dots; nothing where the resource does not have it. */
function entry(written: Readonly<Record<string, unknown>>, key: string): [string, unknown][] {
  const value = valueAt(written, key.split('.'))
  return value === undefined || (key.includes('.') && value === null) ? [] : [[key, value]]
}
