import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from './command.ts'

/** Unpacks these files of an npm package into a folder, without installing it or what it depends on. */
export async function unpackNpm(
  folder: string,
  name: string,
  version: string,
  files: readonly string[],
): Promise<void> {
  await command('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', folder])
  const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'))
  if (archive === undefined) throw new Error(`npm pack ${name}@${version} left no archive in ${folder}`)
  const members = files.map((file) => `package/${file}`)
  await command('tar', ['-xzf', join(folder, archive), '-C', folder, '--strip-components=1', ...members])
  await rm(join(folder, archive))
}
