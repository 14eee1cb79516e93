import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { cached } from './cache.ts'
import { command, onPath } from './command.ts'
import { pythonBin } from './python.ts'

const DELTA_VERSION = '4.1.0'
const DELTA_GROUPS = 'io.delta,io.unitycatalog'

export interface Spark {
  /** What Spark calls SPARK_HOME. */
  readonly home: string
  /** Spark's and Delta's jars, in a fixed order, since a class-data archive is bound to it. */
  readonly classPath: readonly string[]
}

/** Spark, which comes in pyspark, with Delta's jars, which come from Maven at the version in `java/pom.xml`. */
export async function spark(): Promise<Spark> {
  for (const program of ['java', 'mvn']) {
    if (!onPath(program)) throw new Error(`These tests need Java 17 and Maven on PATH; ${program} was not found.`)
  }
  const [home, delta] = await Promise.all([sparkHome(), deltaJars()])
  return { home, classPath: [...(await jarsIn(join(home, 'jars'))), ...(await jarsIn(delta))] }
}

async function sparkHome(): Promise<string> {
  const library = join(await pythonBin('spark'), '..', 'lib')
  const [version] = await readdir(library)
  if (version === undefined) throw new Error(`${library} is empty; remove the cache and run again`)
  return join(library, version, 'site-packages', 'pyspark')
}

async function deltaJars(): Promise<string> {
  return await cached(`delta-${DELTA_VERSION}`, async (folder) => {
    const pom = join(import.meta.dirname, 'java', 'pom.xml')
    const what = [`-DoutputDirectory=${folder}`, `-DincludeGroupIds=${DELTA_GROUPS}`, '-DincludeScope=runtime']
    await command('mvn', ['--batch-mode', '--quiet', '--file', pom, 'dependency:copy-dependencies', ...what])
  })
}

async function jarsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jar'))
  return names.sort().map((name) => join(folder, name))
}
