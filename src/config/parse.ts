import type { JsonObject } from '../dbt/manifest.ts'
import { ConfigurationError } from '../errors.ts'
import type { Severity } from '../finding.ts'
import { didYouMean } from '../nearest.ts'
import type { RuleSetting, RuleSettings } from '../rules/rule.ts'
import { problems } from '../schema.ts'
import { type Config, defaultEnvironment, isEuropean, type Region } from './config.ts'
import { isCredential } from './environment.ts'
import { type LocatedYaml, readYaml } from './yaml.ts'

/** The shape that schemas/config.schema.json vouches for. */
interface Document {
  readonly regions: Readonly<Record<string, RegionEntry>>
  readonly rules?: RulesEntry
  readonly env_vars?: readonly string[]
  readonly twins?: readonly TwinEntry[]
}

interface TwinEntry {
  readonly models: readonly string[]
  readonly differs?: readonly string[]
  readonly columns?: readonly string[]
  readonly reason: string
}

interface RegionEntry {
  readonly project: string
  readonly target?: string
  readonly environment?: string
  readonly host?: string
  readonly catalog?: string
  readonly catalog_json?: string
  readonly gdpr?: boolean
  readonly rules?: RulesEntry
}

type RulesEntry = Readonly<Record<string, Severity | 'off' | (JsonObject & Partial<RuleSetting>)>>

/**
 * Reads `.github/dbt-regions.yml`. Throws a ConfigurationError that names every mistake with `file:line:column`, what was found and what
 * to write instead.
 */
export function parseConfig(text: string, file: string): Config {
  const yaml = readYaml(text, file)
  const found = problems('config', yaml.value).map(({ path, message }) =>
    said(yaml, path, `${path.join('.') || 'the file'} ${message}`),
  )
  if (found.length > 0) throw new ConfigurationError(found.join('\n'))
  return configOf(yaml.value as Document, yaml, file)
}

/** The region of that name. Throws a ConfigurationError with the names there are. */
export function regionNamed<R extends { readonly name: string }>(regions: readonly R[], name: string): R {
  const region = regions.find((candidate) => candidate.name === name)
  if (region) return region
  const names = regions.map((candidate) => candidate.name)
  throw new ConfigurationError(
    `there is no region '${name}'${didYouMean(name, names)}; the regions are ${names.join(', ')}`,
  )
}

function configOf(document: Document, yaml: LocatedYaml, file: string): Config {
  const rules = settingsOf(document.rules)
  const regions = Object.entries(document.regions)
    .map(([name, entry]): Region => {
      return {
        name,
        project: placeOf(entry.project, name, 'project', yaml),
        target: entry.target ?? null,
        environment: entry.environment ?? defaultEnvironment(name),
        host: entry.host?.toLowerCase() ?? null,
        catalog: entry.catalog ?? null,
        catalogJson: entry.catalog_json === undefined ? null : placeOf(entry.catalog_json, name, 'catalog_json', yaml),
        gdpr: entry.gdpr ?? isEuropean(name),
        rules: new Map([...rules, ...settingsOf(entry.rules)]),
      }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  refuseEqualNames(regions, yaml)
  refuseEqualPlaces(regions, yaml)
  refuseCredentials(document.env_vars ?? [], yaml)
  const twins = (document.twins ?? []).map(({ models, differs = null, columns = null, reason }) => {
    return { models, differs, columns, reason }
  })
  return { file, regions, rules, envVars: document.env_vars ?? null, twins, locate: yaml.locate }
}

function settingsOf(rules: RulesEntry = {}): RuleSettings {
  return new Map(
    Object.entries(rules).map(([id, entry]): [string, RuleSetting] => {
      if (typeof entry === 'string') return [id, { severity: entry, allow: [], options: {} }]
      const { severity, allow = [], ...options } = entry
      return [id, { ...(severity && { severity }), allow, options: options as JsonObject }]
    }),
  )
}

/** A path from the repository's root without `./` and closing slash; what leads out of the repository is refused. */
function placeOf(path: string, region: string, key: 'project' | 'catalog_json', yaml: LocatedYaml): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (path.startsWith('/') || path.includes('\\') || parts.includes('..')) {
    const what = key === 'project' ? 'its folder' : 'its path'
    const message = `the ${key} of region '${region}' is '${path}': write ${what} from the root of the repository, with forward slashes`
    throw new ConfigurationError(said(yaml, ['regions', region, key], message))
  }
  return parts.join('/')
}

/** What a check sees, a pull request can write into its comment. */
function refuseCredentials(names: readonly string[], yaml: LocatedYaml): void {
  const found = names.flatMap((name, index) =>
    isCredential(name)
      ? said(
          yaml,
          ['env_vars', String(index)],
          `${name} is named like a credential, and anybody's pull request could write what a check sees into its comment: leave it out, a check needs none`,
        )
      : [],
  )
  if (found.length > 0) throw new ConfigurationError(found.join('\n'))
}

/** GitHub's environments do not tell upper from lower case, so neither may the regions. */
function refuseEqualNames(regions: readonly Region[], yaml: LocatedYaml): void {
  const seen = new Map<string, string>()
  for (const { name } of regions) {
    const other = seen.get(name.toLowerCase())
    if (other !== undefined) {
      throw new ConfigurationError(
        said(yaml, ['regions', name], `the regions '${other}' and '${name}' differ in case only; rename one`),
      )
    }
    seen.set(name.toLowerCase(), name)
  }
}

/** Two deploys to one place would each undo the other's; one host, or one catalog, may well be shared. */
function refuseEqualPlaces(regions: readonly Region[], yaml: LocatedYaml): void {
  const seen = new Map<string, string>()
  for (const { name, project, target, host, catalog } of regions) {
    if (host === null || catalog === null) continue
    const place = JSON.stringify([project, target, host, catalog.toLowerCase()])
    const other = seen.get(place)
    if (other !== undefined) {
      const message = `the regions '${other}' and '${name}' have the same project, target, host and catalog; give one another catalog or target, or remove it`
      throw new ConfigurationError(said(yaml, ['regions', name], message))
    }
    seen.set(place, name)
  }
}

function said(yaml: LocatedYaml, path: readonly string[], message: string): string {
  const { file, line, column } = yaml.locate(path)
  return `${file}:${line}:${column}: ${message}`
}
