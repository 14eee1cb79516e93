import type { Region } from './config.ts'
import { ConfigurationError } from './errors.ts'

/** What walls are built from: a region's name, where it may be deployed, and the environment that holds its secrets. */
export type WalledRegion = Pick<Region, 'name' | 'environment' | 'host' | 'catalog'>

/** Where a region's profile leads; the catalog is null for the workspace's own default. */
export interface Destination {
  readonly host: string
  readonly catalog: string | null
}

/** Variables that say where something is, or who asks, and let nobody in. */
const noSecret = /(^|_)(HOST|HOSTNAME|HTTP_?PATH|WAREHOUSE_ID|CATALOG|SCHEMA|CLIENT_ID|TENANT_ID)$/i

/**
 * Throws a ConfigurationError when the environment of a deploy holds a credential of another region. `variables` names, by
 * region, the environment variables that its target's credentials are read from. One that the deployed region reads as well, one
 * that is empty, and one that only names a place do not count. Values are not looked at but for being there.
 */
export function refuseOthersCredentials(
  region: WalledRegion,
  regions: readonly WalledRegion[],
  variables: ReadonlyMap<string, readonly string[]>,
  env: ReadonlyMap<string, string>,
): void {
  const own = new Set(variables.get(region.name))
  const found = regions
    .filter((other) => other.name !== region.name)
    .map((other) => ({
      other,
      names: (variables.get(other.name) ?? []).filter(
        (name) => !noSecret.test(name) && !own.has(name) && (env.get(name) ?? '').trim() !== '',
      ),
    }))
    .filter(({ names }) => names.length > 0)
  const [first] = found
  if (first === undefined) return
  const held = found.map(({ other, names }) => `${names.join(', ')} of region ${other.name}`).join(' and ')
  const [name = ''] = first.names
  throw new ConfigurationError(
    `nothing was run: this deploy of region ${region.name} is given credentials that are not its own, ${held}. Give each job its own alone: ` +
      `keep them as secrets of the region's GitHub environment (${first.other.environment}), or pass them on a condition, ` +
      `${name}: \${{ matrix.region.name == '${first.other.name}' && secrets.${name} || '' }}. Outside GitHub, unset ${found.flatMap(({ names }) => names).join(' ')}`,
  )
}

/**
 * Throws a ConfigurationError when a region's profile leads to another workspace or catalog than its configuration names, or,
 * where it names none, to one that is called like another region and not like this one.
 */
export function refuseOtherPlace(
  region: WalledRegion,
  regions: readonly WalledRegion[],
  destination: Destination,
  file = '.github/dbt-regions.yml',
): void {
  const host = hostName(destination.host)
  const catalog = destination.catalog ?? 'hive_metastore'
  const others = regions.filter((other) => other.name !== region.name)
  const said = [
    mismatch(region, 'host', host) ?? another(region, others, 'host', host),
    mismatch(region, 'catalog', catalog) ?? another(region, others, 'catalog', catalog),
  ].filter((each) => each !== null)
  if (said.length === 0) return
  throw new ConfigurationError(
    [
      `nothing was run: region ${region.name} must not be deployed where its profile leads:`,
      ...said.map((each) => `  ${each(file)}`),
    ].join('\n'),
  )
}

type Key = 'host' | 'catalog'
/** What is wrong, given the name of the configuration's file. */
type Sentence = (file: string) => string

function mismatch(region: WalledRegion, key: Key, found: string): Sentence | null {
  const wanted = region[key]
  if (wanted === null || (key === 'host' ? hostName(wanted) : wanted.toLowerCase()) === found.toLowerCase()) return null
  return (file) =>
    `the ${key} is ${found}, and ${file} says ${wanted}; put right the secrets of the environment ${region.environment}, or profiles.yml, or the configuration`
}

/** A place that is not confirmed by the configuration, and that by its name, or by the configuration, is another region's. */
function another(region: WalledRegion, others: readonly WalledRegion[], key: Key, found: string): Sentence | null {
  if (region[key] !== null) return null
  const words = wordsOf(key === 'host' ? found.replace(suffix, '') : found)
  const named = (each: WalledRegion): boolean => includes(words, wordsOf(each.name))
  for (const other of others) {
    // Many regions have a catalog of one name, each in its own workspace.
    const theirs = key === 'host' && other.host !== null && hostName(other.host) === found
    if (!theirs && (!named(other) || named(region))) continue
    const how = theirs ? 'belongs to' : 'is named like'
    return (file) =>
      `the ${key} ${found} ${how} region ${other.name}; put right the secrets of the environment ${region.environment}, or profiles.yml, or confirm it in ${file}: regions.${region.name}.${key}: ${found}`
  }
  return null
}

/** Databricks' own part of a host name: its words are nobody's. */
const suffix =
  /\.(cloud\.databricks\.(com|us|mil)|gcp\.databricks\.com|azuredatabricks\.net|databricks\.azure\.(us|cn))$/

/** A host without scheme, path, port and final dot, in lower case. */
function hostName(host: string): string {
  return host
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/[/?#].*$/s, '')
    .replace(/:\d+$/, '')
    .replace(/\.$/, '')
}

function wordsOf(name: string): string[] {
  return name
    .toLowerCase()
    .split(/[._-]+/)
    .filter((word) => word !== '')
}

function includes(words: readonly string[], sought: readonly string[]): boolean {
  return words.some((_, start) => sought.every((word, index) => words[start + index] === word))
}
