import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { type Extract, extract, type Header } from 'tar-stream'
import { decodeUtf8 } from '../utf8.ts'
import { Contents, leadsOut, MAX_BYTES } from './contents.ts'
import { PackageError } from './package-error.ts'

/** Headers and padding of a tar file, over its contents. */
const MAX_TAR_BYTES = MAX_BYTES * 1.2
const MAX_MS = 60_000

/**
 * The text files of a dbt package in a .tar.gz file, in memory: path from the package's root -> text. What is in it must be in one folder, whose
 * name does not count. Throws a PackageError.
 */
export async function untar(archive: Buffer): Promise<ReadonlyMap<string, string>> {
  const contents = new Contents()
  const tar = extract()
  readEntries(tar, contents)
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      // Nothing else would keep this process waiting for a reader that is stuck: it would end, and say nothing.
      timer = setTimeout(() => reject(new Error('it has no end')), MAX_MS)
      // Its own events too: of a file that ends too early it tells nobody else.
      tar.on('error', reject).on('close', resolve)
      pipeline(Readable.from([archive]), createGunzip(), limited(), tar).catch(reject)
    })
  } catch (error) {
    if (error instanceof PackageError) throw error
    throw new PackageError('it is not a .tar.gz file', { cause: error })
  } finally {
    clearTimeout(timer)
  }
  return contents.files()
}

/** Gathers the entries as they come. Not by the library's own iterator: that waits for ever for the next entry of a file that ends too early. */
function readEntries(tar: Extract, contents: Contents): void {
  const place = placesIn()
  tar.on('entry', (header, entry, next) => {
    const parts: Uint8Array[] = []
    // The archive's own error says it.
    entry.on('error', () => undefined)
    try {
      const path = place(header)
      const kind = kindOf(header)
      // The library gives no size for a negative one, and then waits for what does not come.
      if (!Number.isSafeInteger(header.size)) throw new Error('an entry has no size')
      const isWanted = contents.admits(path, kind, header.size)
      // The library never ends a folder that says that it has a size.
      if (kind === 'folder') return next()
      entry.on('data', (part) => {
        if (isWanted && part instanceof Uint8Array) parts.push(part)
      })
      entry.on('end', () => {
        if (isWanted) contents.add(path, decodeUtf8(Buffer.concat(parts)))
        next()
      })
    } catch (error) {
      next(error instanceof Error ? error : new Error(String(error)))
    }
  })
}

/** The path of each entry from the package's root. Throws a PackageError for one that leads out, or is in another folder than the first. */
function placesIn(): (header: Header) => string {
  let folder: string | undefined
  return (header) => {
    if (leadsOut(header.name)) throw new PackageError('a path in it leads out of it')
    const [first = '', ...rest] = header.name.split('/').filter((part) => part !== '' && part !== '.')
    if (first !== '') folder ??= first
    if (first !== '' && first !== folder) throw new PackageError('what is in it is not in one folder')
    return rest.join('/')
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
