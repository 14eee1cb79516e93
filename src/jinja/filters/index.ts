import type { Filter } from '../builtin.ts'
import { MARKUP_FILTERS } from './markup.ts'
import { NUMBER_FILTERS } from './number.ts'
import { SELECT_FILTERS } from './select.ts'
import { SEQUENCE_FILTERS } from './sequence.ts'
import { TEXT_FILTERS } from './text.ts'

/** Jinja's filters, and dbt's five, by name. */
export const FILTERS: ReadonlyMap<string, Filter> = new Map([
  ...TEXT_FILTERS,
  ...NUMBER_FILTERS,
  ...SEQUENCE_FILTERS,
  ...SELECT_FILTERS,
  ...MARKUP_FILTERS,
])
