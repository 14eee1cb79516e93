import { TemplateSyntaxError } from '../jinja/errors.ts'
import type { Work } from './draft.ts'
import { type PropertyEntry, placeOf } from './properties.ts'
import type { Session } from './session.ts'
import { checksumOf, folders, makeWork } from './sql-nodes.ts'
import { refOrSource } from './static.ts'

/** A snapshot that stands in YAML alone: https://docs.getdbt.com/docs/build/snapshots */
export function yamlSnapshots(session: Session, entry: PropertyEntry): Work[] {
  const { relation } = entry.data
  if (entry.key !== 'snapshots' || typeof relation !== 'string') return []
  const code = `select * from {{ ${relation} }}`
  const work = makeWork(session, entry.package, entry.source, 'snapshot', entry.name, `${entry.name}.sql`, code)
  work.draft.checksum = checksumOf(session, entry.source)
  work.draft.fqn = [entry.package.name, ...folders(entry.source.relative), entry.name]
  const place = placeOf(entry, entry.raw, 'relation')
  try {
    const asked = refOrSource(session.cache.template(`{{ ${relation} }}`, 'relation'))?.value
    if (!asked)
      session.sink.add(
        'invalid-properties',
        'error',
        place,
        `a snapshot's relation is ref('…') or source('…', '…'), not ${relation}`,
      )
    else if ('name' in asked) work.asked.push({ kind: 'ref', args: asked, place })
    else work.asked.push({ kind: 'source', args: asked, place })
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error
    session.sink.add(
      'invalid-properties',
      'error',
      place,
      `a snapshot's relation is ref('…') or source('…', '…'), not ${relation}`,
    )
  }
  return [{ ...work, place: entry.place }]
}
