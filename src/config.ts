export { type Config, type DeclaredTwins, defaultEnvironment, type Region } from './config/config.ts'
export { discover } from './config/discover.ts'
export { type EffectiveConfig, type EffectiveRegion, effectiveConfig } from './config/effective.ts'
export { parseConfig } from './config/parse.ts'

/** Where the configuration is looked for when none is named. */
export const configFile = '.github/dbt-regions.yml'
