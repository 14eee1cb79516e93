import duckdb, { type DuckDBModule, type DuckDBRuntime } from '@duckdb/duckdb-wasm/blocking'

let names = 0

/** Every file that a DuckDB sees: in memory, nothing of the disk and nothing of the network. */
export class MemoryFiles {
  readonly #files = new Map<string, MemoryFile>()
  readonly #open = new Map<number, MemoryFile>()

  has(name: string): boolean {
    return this.#files.has(name)
  }

  read(name: string): Uint8Array {
    const file = this.#files.get(name)
    return file === undefined ? new Uint8Array() : file.bytes.slice(0, file.size)
  }

  /** A name that no file had: DuckDB keeps what it knows of a name. */
  newName(): string {
    return `memory-${++names}.csv`
  }

  write(name: string, bytes: Uint8Array): void {
    this.#files.set(name, { bytes, size: bytes.length })
  }

  delete(name: string): void {
    this.#files.delete(name)
  }

  /** The opened file, created when `create` says so, or null when it is not there. */
  open(id: number, name: string, create: boolean): MemoryFile | null {
    const file = this.#files.get(name) ?? (create ? { bytes: new Uint8Array(), size: 0 } : null)
    if (file === null) return null
    this.#files.set(name, file)
    this.#open.set(id, file)
    return file
  }

  opened(id: number): MemoryFile {
    const file = this.#open.get(id)
    if (file === undefined) throw new Error(`DuckDB used file ${id}, which is not open`)
    return file
  }

  close(id: number): void {
    this.#open.delete(id)
  }
}

/** Emscripten's part of an instance, whose declarations the package leaves to another. */
interface WasmMemory {
  readonly HEAPU8: Uint8Array
  readonly HEAPF64: Float64Array
  _malloc(bytes: number): number
}

type Instance = DuckDBModule & WasmMemory

interface MemoryFile {
  bytes: Uint8Array
  size: number
}

// DuckDB calls one runtime for all of a process's instances (globalThis.DUCKDB_RUNTIME), so the files hang on the instance.
const filesOf = new WeakMap<object, MemoryFiles>()

/** Gives an instance its files; without, it has none. */
export function attachFiles(instance: object, files: MemoryFiles): void {
  filesOf.set(instance, files)
}

/** DuckDB's view of the machine, over the `MemoryFiles` of each instance. */
export const memoryRuntime: DuckDBRuntime = {
  _udfFunctions: new Map(),
  testPlatformFeature: duckdb.NODE_RUNTIME.testPlatformFeature,
  // The protocol of native files: what it names goes through the functions below, unlike a buffer.
  getDefaultDataProtocol: () => duckdb.DuckDBDataProtocol.NODE_FS,
  openFile: (instance: Instance, id, flags) => openFile(instance, id, flags),
  syncFile: () => undefined,
  closeFile: (instance: Instance, id) => filesIn(instance).close(id),
  dropFile: () => undefined,
  getLastFileModificationTime: () => 0,
  truncateFile: (instance: Instance, id, size) => {
    filesIn(instance).opened(id).size = size
  },
  readFile: (instance: Instance, id, buffer, bytes, location) => {
    const file = filesIn(instance).opened(id)
    const part = file.bytes.subarray(location, Math.min(file.size, location + bytes))
    instance.HEAPU8.set(part, buffer)
    return part.length
  },
  writeFile: (instance: Instance, id, buffer, bytes, location) => {
    writeInto(filesIn(instance).opened(id), instance.HEAPU8.subarray(buffer, buffer + bytes), location)
    return bytes
  },
  removeDirectory: () => undefined,
  checkDirectory: () => true,
  createDirectory: () => undefined,
  listDirectoryEntries: () => false,
  glob: (instance: Instance, path, length) => {
    const name = duckdb.readString(instance, path, length)
    if (filesIn(instance).has(name)) instance.ccall('duckdb_web_fs_glob_add_path', null, ['string'], [name])
  },
  moveFile: (instance: Instance) => duckdb.failWith(instance, 'Files are not moved on the embedded engine'),
  checkFile: (instance: Instance, path, length) => filesIn(instance).has(text(instance, path, length)),
  removeFile: (instance: Instance, path, length) => filesIn(instance).delete(text(instance, path, length)),
  progressUpdate: () => undefined,
  callScalarUDF: (instance: Instance) =>
    duckdb.failWith(instance, 'Functions in JavaScript are not on the embedded engine'),
}

function filesIn(instance: Instance): MemoryFiles {
  return filesOf.get(instance) ?? new MemoryFiles()
}

/** The address of the file's size, as DuckDB expects it, or 0. */
function openFile(instance: Instance, id: number, flags: number): number {
  const { name, isFile } = fileInfo(instance, id)
  const create = (flags & (duckdb.FileFlags.FILE_FLAGS_FILE_CREATE | duckdb.FileFlags.FILE_FLAGS_FILE_CREATE_NEW)) !== 0
  const file = isFile ? filesIn(instance).open(id, name, create) : null
  if (file === null) {
    if ((flags & duckdb.FileFlags.FILE_FLAGS_NULL_IF_NOT_EXISTS) === 0) {
      duckdb.failWith(instance, 'The embedded engine reads no files and no addresses')
    }
    return 0
  }
  const address = instance._malloc(2 * 8)
  instance.HEAPF64[address >> 3] = file.size
  instance.HEAPF64[(address >> 3) + 1] = 0
  return address
}

function fileInfo(instance: Instance, id: number): { name: string; isFile: boolean } {
  const [status, data, size] = duckdb.callSRet(
    instance,
    'duckdb_web_fs_get_file_info_by_id',
    ['number', 'number'],
    [id, 0],
  )
  const answer = duckdb.readString(instance, data, size)
  duckdb.dropResponseBuffers(instance)
  if (status !== 0) throw new Error(answer)
  const info: { fileName: string; dataProtocol: number } = JSON.parse(answer)
  return { name: info.fileName, isFile: info.dataProtocol === duckdb.DuckDBDataProtocol.NODE_FS }
}

function writeInto(file: MemoryFile, bytes: Uint8Array, location: number): void {
  const end = location + bytes.length
  if (end > file.bytes.length) {
    const grown = new Uint8Array(Math.max(end, file.bytes.length * 2))
    grown.set(file.bytes.subarray(0, file.size))
    file.bytes = grown
  }
  file.bytes.set(bytes, location)
  file.size = Math.max(file.size, end)
}

function text(instance: Instance, path: number, length: number): string {
  return duckdb.decodeText(instance.HEAPU8.subarray(path, path + length))
}
