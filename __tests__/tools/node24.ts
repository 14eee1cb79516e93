import { join } from 'node:path'
import { cached } from './cache.ts'
import { unpackNpm } from './npm.ts'

const VERSION = '24.21.0'

/** The folder with the `node` that GitHub runs actions with, for PATH. */
export async function node24Bin(): Promise<string> {
  const folder = await cached(`node-${VERSION}`, async (folder) => {
    await unpackNpm(folder, `node-${process.platform}-${process.arch}`, VERSION, ['bin/node'])
  })
  return join(folder, 'bin')
}
