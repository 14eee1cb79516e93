import type { ChangeClass } from './report.ts'

/** What a class of change is called wherever a person reads it. */
export const effects: Readonly<Record<ChangeClass, string>> = {
  unknown: 'effect unknown',
  rows: 'different rows',
  column: 'different values',
  config: 'configuration',
  additive: 'new columns',
  governance: 'governance',
  none: 'no effect',
}
