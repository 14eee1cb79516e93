import type { ModelDraft, UnitTestDraft } from './draft.ts'
import type { Gathered } from './gathered.ts'
import type { RefLookup } from './lookup.ts'
import type { Resource, UnitTestDefinition } from './manifest.ts'
import type { Resolver } from './resolve.ts'
import type { Session } from './session.ts'
import type { Place } from './sink.ts'
import { sorted } from './sorted.ts'

/** Ties unit tests to the models that they test, one for each version. */
export function resolveUnitTests(
  session: Session,
  gathered: Gathered,
  resolver: Resolver,
  refs: RefLookup,
  disable: (resource: Resource) => void,
): Map<string, UnitTestDefinition> {
  const result: UnitTestDraft[] = []
  for (const { draft, entry } of gathered.unitTests) {
    gathered.places.set(draft.unique_id, entry.place)
    const [name = '', version = null] = draft.model.split(/\s+/)
    const args = { name, package: null, version }
    const found = refs.find(name, draft.package_name, version)[0]
    const off = refs.findDisabled(name, draft.package_name, version)[0]
    if (draft.config.enabled === false || (!found && off)) {
      draft.config = { ...draft.config, enabled: false }
      disable(draft)
    } else if (!found) {
      resolver.resolveAll(draft, [{ kind: 'ref', args, place: entry.place }])
      result.push(draft)
    } else if (found.resource_type === 'model' && found.version !== null)
      result.push(...versioned(session, draft, found, refs, entry.place))
    else {
      if (found.resource_type !== 'model') tell(session, draft, entry.place, `is of ${found.name}, which is no model`)
      else if (draft.versions !== null)
        tell(session, draft, entry.place, `names versions of ${found.name}, which has none`)
      result.push({ ...draft, depends_on: { macros: [], nodes: [found.unique_id] }, schema: found.schema })
    }
  }
  for (const draft of result) if (!gathered.places.has(draft.unique_id)) copyPlace(gathered, draft)
  return sorted<UnitTestDefinition>(result)
}

function copyPlace(gathered: Gathered, draft: UnitTestDraft): void {
  const plain = gathered.places.get(`unit_test.${draft.package_name}.${draft.model}.${draft.name}`)
  if (plain) gathered.places.set(draft.unique_id, plain)
}

function tell({ sink }: Session, { name, unique_id }: UnitTestDraft, place: Place, what: string): void {
  sink.add('invalid-properties', 'error', place, `the unit test '${name}' ${what}`, unique_id)
}

/** One unit test for each version of its model that it names. */
function versioned(
  session: Session,
  draft: UnitTestDraft,
  model: ModelDraft,
  refs: RefLookup,
  place: Place,
): UnitTestDraft[] {
  const versions =
    typeof draft.versions === 'object' && draft.versions !== null && !Array.isArray(draft.versions)
      ? draft.versions
      : {}
  const names = (value: unknown): string[] | null => (Array.isArray(value) ? value.map(String) : null)
  const [include, exclude] = [
    'include' in versions ? names(versions.include) : null,
    'exclude' in versions ? names(versions.exclude) : null,
  ]
  const all = refs.versions(model.name, model.package_name)
  const known = all.map((each) => (each.resource_type === 'model' ? String(each.version) : ''))
  for (const name of [...(include ?? []), ...(exclude ?? [])])
    if (!known.includes(name))
      tell(session, draft, place, `names the version ${name} of ${model.name}, which does not exist`)
  return all.flatMap((each) => {
    if (each.resource_type !== 'model') return []
    const version = String(each.version)
    if ((include && !include.includes(version)) || exclude?.includes(version)) return []
    return [
      {
        ...draft,
        unique_id: `${draft.unique_id}_v${each.version}`,
        version: each.version,
        depends_on: { macros: [], nodes: [each.unique_id] },
        schema: model.schema,
      },
    ]
  })
}
