import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { type Extract, extract, type Header } from 'tar-stream'
import { decodeUtf8 } from '../utf8.ts'
import { Contents, leadsOut, MAX_BYTES } from './contents.ts'
import { PackageError } from './package-error.ts'

/** Headers and padding of a tar file, over its contents. */
const MAX_TAR_BYTES = MAX_BYTES * 1.2

/**
 * The text files of a dbt package in a .tar.gz file, in memory: path from the package's root -> text. What is in it must be in one folder, whose
 * name does not count. Throws a PackageError.
 */
export async function untar(archive: Buffer): Promise<ReadonlyMap<string, string>> {
  const contents = new Contents()
  const tar = extract()
  const reading = readEntries(tar, contents)
  // Whichever fails first ends the other, so that both are waited for.
  const [piped, read] = await Promise.allSettled([
    pipeline(Readable.from([archive]), createGunzip(), limited(), tar),
    reading,
  ])
  for (const result of [read, piped]) {
    if (result.status === 'rejected' && result.reason instanceof PackageError) throw result.reason
  }
  for (const result of [read, piped]) {
    if (result.status === 'rejected') throw new PackageError('it is not a .tar.gz file', { cause: result.reason })
  }
  return contents.files()
}

async function readEntries(tar: Extract, contents: Contents): Promise<void> {
  let folder: string | undefined
  for await (const entry of tar) {
    const { header } = entry
    if (leadsOut(header.name)) throw new PackageError('a path in it leads out of it')
    const [first = '', ...rest] = header.name.split('/').filter((part) => part !== '' && part !== '.')
    if (first !== '') folder ??= first
    if (first !== '' && first !== folder) throw new PackageError('what is in it is not in one folder')
    const path = rest.join('/')
    const isWanted = contents.admits(path, kindOf(header), header.size)
    const parts: Uint8Array[] = []
    for await (const part of entry) if (isWanted && part instanceof Uint8Array) parts.push(part)
    if (isWanted) contents.add(path, decodeUtf8(Buffer.concat(parts)))
  }
}

function kindOf({ type }: Header): 'file' | 'folder' | 'link' | 'other' {
  if (type === 'file' || type === 'contiguous-file') return 'file'
  if (type === 'directory') return 'folder'
  return type === 'symlink' || type === 'link' ? 'link' : 'other'
}

/** Stops what unpacks to more than it may: a few kilobytes can hold gigabytes. */
function limited(): Transform {
  let size = 0
  return new Transform({
    transform(chunk: Buffer, _, callback) {
      size += chunk.length
      if (size > MAX_TAR_BYTES) callback(new PackageError(`it is larger than ${MAX_BYTES / 1e6} MB`))
      else callback(null, chunk)
    },
  })
}
