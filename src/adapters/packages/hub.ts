import { PackageError } from './package-error.ts'

/** A version of a package on the hub. */
export interface HubVersion {
  readonly tarball: string
  /** Of the tarball; null when the hub does not say it. */
  readonly sha1: string | null
  /** `require-dbt-version`, as it is written in the package. */
  readonly requires: readonly string[]
}

/** dbt's package hub, or the one that dbt's own variable names. */
export function hubAddress(env: NodeJS.ProcessEnv): string {
  return env.DBT_PACKAGE_HUB_URL || 'https://hub.getdbt.com/'
}

/** Reads the hub's answer about a package, `api/v1/<owner>/<name>.json`: by version. Throws a PackageError when it is none. */
export function hubVersions(answer: Buffer): ReadonlyMap<string, HubVersion> {
  const { versions } = object(json(answer)) ?? {}
  const listed = object(versions)
  if (listed === null) throw new PackageError("the hub's answer is none")
  const found = new Map<string, HubVersion>()
  for (const [version, described] of Object.entries(listed)) {
    const { downloads, require_dbt_version } = object(described) ?? {}
    const { tarball, sha1 } = object(downloads) ?? {}
    if (typeof tarball !== 'string') continue
    const requires = (Array.isArray(require_dbt_version) ? require_dbt_version : [require_dbt_version]).filter(isText)
    found.set(version, {
      tarball,
      sha1: isText(sha1) && sha1 !== '' ? sha1.toLowerCase() : null,
      requires,
    })
  }
  return found
}

function json(answer: Buffer): unknown {
  try {
    return JSON.parse(answer.toString('utf8'))
  } catch (error) {
    throw new PackageError("the hub's answer is none", { cause: error })
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function object(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
}
