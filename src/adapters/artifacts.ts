import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export type ArtifactResult =
  | { readonly kind: 'uploaded'; readonly id: number; readonly name: string; readonly size: number }
  /** The files are nowhere else: whoever asked says so, and goes on. */
  | { readonly kind: 'not there'; readonly reason: string }

/**
 * Uploads texts, by file name, as one artifact of the workflow run. The name must be another one for each region and attempt, since an
 * artifact is never replaced: https://github.com/actions/toolkit/tree/main/packages/artifact. Without an artifact service, or when
 * it does not take them, that is the answer; nothing is thrown.
 */
export async function uploadArtifacts(name: string, files: ReadonlyMap<string, string>): Promise<ArtifactResult> {
  return uploaded(name, files, false)
}

/** Uploads one text as it is, so that a browser shows it: the artifact bears the file's name. What holds for several holds for it. */
export async function uploadFile(name: string, text: string): Promise<ArtifactResult> {
  return uploaded(name, new Map([[name, text]]), true)
}

async function uploaded(
  name: string,
  files: ReadonlyMap<string, string>,
  skipArchive: boolean,
): Promise<ArtifactResult> {
  if (files.size === 0) return { kind: 'not there', reason: 'there is no file to keep' }
  const unable = noService()
  if (unable !== null) return { kind: 'not there', reason: unable }
  const folder = await mkdtemp(join(tmpdir(), 'dbt-regions-artifact-'))
  try {
    const paths: string[] = []
    for (const [file, text] of files) {
      const path = join(folder, file)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
      paths.push(path)
    }
    // Three megabytes that a check without changes never needs.
    const { DefaultArtifactClient } = await import('@actions/artifact')
    const { id, size } = await new DefaultArtifactClient().uploadArtifact(name, paths, folder, { skipArchive })
    return id === undefined
      ? { kind: 'not there', reason: 'the artifact service gave it no id' }
      : { kind: 'uploaded', id, name, size: size ?? 0 }
  } catch (error) {
    return { kind: 'not there', reason: reasonOf(error) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Why nothing can be uploaded from here; null when it can. */
export function noService(): string | null {
  const missing = ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL'].filter((it) => !process.env[it])
  if (missing.length > 0) return `the runner offers no artifact service (${missing.join(' and ')} not set)`
  if (isEnterpriseServer(process.env.GITHUB_SERVER_URL)) return 'GitHub Enterprise Server has no such artifact service'
  return null
}

/** The name of a region's artifact: another one for every attempt at a run. */
export function artifactName(region: string, attempt: number): string {
  return `dbt-${region}-${attempt}`
}

/** What @actions/artifact takes for one, and refuses with a warning of its own. */
function isEnterpriseServer(serverUrl = 'https://github.com'): boolean {
  return !/(^|\.)(github\.com|ghe\.com|localhost)$/i.test(new URL(serverUrl).hostname)
}

/** One line, without the address that the upload went to, which holds a signature. */
function reasonOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error)
  const [line = ''] = said.split('\n')
  return `the artifact service did not take it: ${line.replace(/https?:\/\/\S+/g, 'its address').slice(0, 300)}`
}
