/** What may stand at the top of an entry of a property file and belongs under its `config`. */
export const MOVED = ['meta', 'docs', 'group', 'contract', 'access'] as const
