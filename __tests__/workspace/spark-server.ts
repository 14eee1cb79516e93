import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, openSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onPath } from '../tools/command.ts'
import type { Spark } from '../tools/spark.ts'

const START_MS = 180_000
const STOP_MS = 10_000

/** What Spark needs opened on Java 17: https://github.com/apache/spark, JavaModuleOptions. */
const OPENED = `java.base/java.lang java.base/java.lang.invoke java.base/java.lang.reflect java.base/java.io
  java.base/java.net java.base/java.nio java.base/java.util java.base/java.util.concurrent
  java.base/java.util.concurrent.atomic java.base/jdk.internal.ref java.base/sun.nio.ch java.base/sun.nio.cs
  java.base/sun.security.action java.base/sun.util.calendar java.security.jgss/sun.security.krb5`.split(/\s+/)

/** For many small statements: a catalog without Hive's database behind it, no code generation, a quick shallow compiler. */
const FAST_JVM = ['-Xms768m', '-Xmx768m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const FAST_SETTINGS = {
  'spark.default.parallelism': '1',
  'spark.databricks.delta.snapshotPartitions': '1',
  'spark.databricks.delta.stats.collect': 'false',
  'spark.databricks.delta.writeChecksumFile.enabled': 'false',
  'spark.sql.adaptive.enabled': 'false',
  'spark.sql.catalogImplementation': 'in-memory',
  'spark.sql.codegen.factoryMode': 'NO_CODEGEN',
  'spark.sql.codegen.wholeStage': 'false',
  'spark.sql.shuffle.partitions': '1',
  'spark.ui.enabled': 'false',
}

export interface SparkServer {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

/** Starts a Spark Thrift Server with Delta, its metastore in memory and its tables in this folder; ready when it gives one. */
export async function startSpark(spark: Spark, folder: string): Promise<SparkServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOn(await freePort(), spark, folder)
    } catch (error) {
      // Java takes seconds to get to the port, and another process may have taken it by then.
      if (attempt === 5 || !String(error).includes('Address already in use')) throw error
    }
  }
}

async function startOn(port: number, spark: Spark, folder: string): Promise<SparkServer> {
  const java = onPath('java')
  if (!java) throw new Error('The stand-in workspaces need Java 17 on PATH; it was not found.')
  mkdirSync(join(folder, 'tmp'), { recursive: true })
  const log = join(folder, 'spark.log')
  const output = openSync(log, 'w')
  // Java itself rather than Spark's script: one process less, and Delta on the system class path, where sessions find it.
  const child = spawn(java, arguments_(spark, folder, port), {
    cwd: folder,
    env: { ...process.env, SPARK_HOME: spark.home, SPARK_LOCAL_IP: '127.0.0.1', SPARK_LOCAL_HOSTNAME: '127.0.0.1' },
    stdio: ['ignore', output, output],
  })
  const pid = child.pid ?? 0
  const guard = killedWithUs(pid)
  try {
    await answering(port, child)
  } catch (error) {
    child.kill('SIGKILL')
    const said = readFileSync(log, 'utf8').split('\n').slice(-40).join('\n')
    throw new Error(`Spark did not start:\n${said}`, { cause: error })
  }
  return { port, pid, stop: () => stop(child, guard) }
}

function arguments_(spark: Spark, folder: string, port: number): string[] {
  const settings = {
    ...FAST_SETTINGS,
    // The runtime that dbt-databricks takes the workspace for.
    'spark.databricks.clusterUsageTags.sparkVersion': '16.4.x-scala2.13',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.driver.host': '127.0.0.1',
    'spark.hadoop.javax.jdo.option.ConnectionURL': 'jdbc:derby:memory:metastore;create=true',
    'spark.sql.catalog.spark_catalog': 'org.apache.spark.sql.delta.catalog.DeltaCatalog',
    'spark.sql.extensions': 'io.delta.sql.DeltaSparkSessionExtension',
    'spark.sql.session.timeZone': 'UTC',
    'spark.sql.sources.default': 'delta',
    'spark.sql.warehouse.dir': join(folder, 'warehouse'),
  }
  const hive = {
    // A thread that is used again need not open the metastore again.
    'hive.server2.async.exec.threads': '8',
    'hive.server2.transport.mode': 'http',
    'hive.server2.thrift.bind.host': '127.0.0.1',
    'hive.server2.thrift.http.port': String(port),
    'hive.server2.thrift.http.path': 'cliservice',
  }
  return [
    ...FAST_JVM,
    ...OPENED.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
    '-Djdk.reflect.useDirectMethodHandle=false',
    '-Duser.timezone=UTC',
    `-Djava.io.tmpdir=${join(folder, 'tmp')}`,
    `-Dderby.system.home=${folder}`,
    `-Dlog4j2.configurationFile=${join(import.meta.dirname, 'log4j2.properties')}`,
    ...['-cp', spark.classPath.join(delimiter), 'org.apache.spark.deploy.SparkSubmit', '--master', 'local[2]'],
    ...['--class', 'org.apache.spark.sql.hive.thriftserver.HiveThriftServer2'],
    ...Object.entries(settings).flatMap(([key, value]) => ['--conf', `${key}=${value}`]),
    'spark-internal',
    ...Object.entries(hive).flatMap(([key, value]) => ['--hiveconf', `${key}=${value}`]),
  ]
}

/** When this process dies without a word, the pipe's end makes the guard end Spark. */
function killedWithUs(pid: number): ChildProcess {
  const script = `cat > /dev/null; kill -9 ${pid} 2> /dev/null`
  return spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
}

async function stop(child: ChildProcess, guard: ChildProcess): Promise<void> {
  guard.kill('SIGKILL')
  const ended = new Promise((resolve) => child.once('exit', resolve))
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })])
  child.kill('SIGKILL')
  await ended
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  for (const until = Date.now() + START_MS; Date.now() < until; await sleep(100)) {
    if (child.exitCode !== null) throw new Error(`Java ended with status ${child.exitCode}`)
    if (await connects(port)) return
  }
  throw new Error(`nothing answered for ${START_MS / 1000} s`)
}

async function connects(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
