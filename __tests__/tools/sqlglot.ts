import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { venv } from './python.ts'

/** A query of Databricks SQL, and what is known of the relations that it reads. */
export interface Question {
  readonly id: string
  readonly sql: string
  /** `catalog.schema.table` -> column -> type, all in lower case. */
  readonly schema: Readonly<Record<string, Readonly<Record<string, string | null>>>>
}

/** What sqlglot says of a query. A relation that it calls `?` is one that it does not find. */
export type Answer =
  | { readonly id: string; readonly error: string }
  | {
      readonly id: string
      /** In order, each with what it comes from. */
      readonly columns: readonly (readonly [
        name: string,
        from: readonly (readonly [relation: string, column: string])[],
      ])[]
      /** Whether a `*` is left that it cannot expand. */
      readonly star: boolean
    }

/** Asks sqlglot for the column lineage of queries. */
export async function askSqlglot(questions: readonly Question[]): Promise<Answer[]> {
  const script = join(import.meta.dirname, 'python/sqlglot-lineage.py')
  const { status, stdout, stderr, error } = spawnSync(await venv('sqlglot'), [script], {
    input: questions.map((each) => JSON.stringify(each)).join('\n'),
    encoding: 'utf8',
    maxBuffer: 1024 ** 3,
  })
  if (error !== undefined || status !== 0) throw new Error(`sqlglot: ${error?.message ?? stderr}`)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Answer => JSON.parse(line))
}
