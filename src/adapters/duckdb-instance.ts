import { setFlagsFromString } from 'node:v8'
import duckdb, { type DuckDBConnection } from '@duckdb/duckdb-wasm/blocking'
import { readAsset } from './assets.ts'
import { attachFiles, type MemoryFiles, memoryRuntime } from './duckdb-files.ts'

// The part of WebAssembly that is used here: the declarations of Node 20 leave it to those of browsers.
declare global {
  namespace WebAssembly {
    interface Instance {
      readonly exports: object
    }
    function compile(bytes: Uint8Array<ArrayBuffer>): Promise<Module>
    function instantiate(module: Module, imports: object): Promise<Instance>
  }
}

type Bindings = Awaited<ReturnType<typeof duckdb.createDuckDB>>

export interface Instance {
  readonly connection: DuckDBConnection
  /** Ends the connection. The instance is emptied and kept for the next one, which a new one would keep waiting for a second. */
  release(): void
}

const released: Bindings[] = []

/** A new, empty DuckDB that sees the given files and nothing else, and downloads no extension. */
export async function connect(files: MemoryFiles): Promise<Instance> {
  const bindings = released.pop() ?? (await start())
  attachFiles(bindings.mod, files)
  // Not with arrowLosslessConversion: its booleans come as a bit map that says that it is a list of bytes.
  bindings.open({})
  const connection = bindings.connect()
  for (const name of ['autoinstall_known_extensions', 'autoload_known_extensions']) {
    connection.query(`set ${name} = false`)
  }
  return {
    connection,
    release() {
      connection.close()
      bindings.reset()
      released.push(bindings)
    },
  }
}

let compiled: Promise<WebAssembly.Module> | null = null

async function start(): Promise<Bindings> {
  compiled ??= readAsset('duckdb-eh.wasm').then(compile)
  const module = await compiled
  const unused = { mainModule: '', mainWorker: '' }
  const bindings = await duckdb.createDuckDB({ mvp: unused, eh: unused }, new duckdb.VoidLogger(), memoryRuntime)
  // The package's own reads the module from a file, which a bundle holds compressed.
  Object.defineProperty(bindings, 'instantiateWasm', {
    value: (imports: object, done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void) => {
      globalThis.DUCKDB_RUNTIME = { ...memoryRuntime }
      void WebAssembly.instantiate(module, imports).then((instance) => done(instance, module))
      return []
    },
  })
  await bindings.instantiate()
  return bindings
}

// V8 would spend several seconds on optimizing code that runs for a few milliseconds.
function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  setFlagsFromString('--liftoff-only')
  return WebAssembly.compile(bytes)
}
