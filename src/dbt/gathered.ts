import type { ColumnPlaces } from './column-places.ts'
import type { UnitTestDraft, Work } from './draft.ts'
import type { TestRequest } from './generic-tests.ts'
import type { ColumnInfo, Documentation, Group, Macro } from './manifest.ts'
import type { MetricWork } from './metrics.ts'
import type { PatchResult } from './patches.ts'
import type { PropertyEntry } from './properties.ts'
import type { ExposureWork } from './resources.ts'
import type { SavedQueryWork } from './saved-queries.ts'
import type { SemanticModelWork } from './semantic-models.ts'
import type { Place } from './sink.ts'
import type { SourceWork } from './sources.ts'

/** All that a project's files hold, before anything is resolved. */
export class Gathered {
  readonly works: Work[]
  readonly entries: readonly PropertyEntry[]
  readonly patched: PatchResult
  readonly sources: SourceWork[] = []
  readonly exposures: ExposureWork[] = []
  readonly groups: Group[] = []
  readonly unitTests: { readonly draft: UnitTestDraft; readonly entry: PropertyEntry }[] = []
  readonly semanticModels: SemanticModelWork[] = []
  readonly metrics: MetricWork[] = []
  readonly savedQueries: SavedQueryWork[] = []
  readonly docs: Documentation[] = []
  readonly macros: Macro[] = []
  readonly requests = new Map<Work, TestRequest>()
  readonly places = new Map<string, Place>()
  readonly patchPlaces: Map<string, Place>
  readonly columnPlaces: ColumnPlaces

  constructor(works: Work[], entries: readonly PropertyEntry[], patched: PatchResult) {
    this.works = works
    this.entries = entries
    this.patched = patched
    this.patchPlaces = patched.places
    this.columnPlaces = patched.columns
  }

  addSource(source: SourceWork): void {
    this.sources.push(source)
    const { draft, entry, columns, rawColumns } = source
    if (draft.columns.size > 0) this.columnPlaces.add(draft.unique_id, entry, draft.columns, columns, rawColumns)
  }

  addTest(work: Work, request: TestRequest): void {
    this.works.push(work)
    this.requests.set(work, request)
  }

  /** The columns with their descriptions rendered. */
  describeColumns(
    unique_id: string,
    columns: ReadonlyMap<string, ColumnInfo>,
    describe: (text: string, place: Place | undefined) => { description: string; doc_blocks: string[] },
  ): ReadonlyMap<string, ColumnInfo> {
    let changed: Map<string, ColumnInfo> | undefined
    for (const [name, column] of columns) {
      if (!/[{}]/.test(column.description)) continue
      changed ??= new Map(columns)
      changed.set(name, { ...column, ...describe(column.description, this.columnPlaces.of(unique_id, name)) })
    }
    return changed ?? columns
  }
}
