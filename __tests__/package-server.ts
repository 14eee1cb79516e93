import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, globalAgent } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { type Header, pack } from 'tar-stream'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './repository.ts'

type Files = Readonly<Record<string, string>>

/** A package with a macro and a model that tell its version. */
export function packageFiles(name: string, version: string, more: Files = {}): Files {
  return {
    'dbt_project.yml': `name: ${name}\nversion: ${version}\n`,
    'macros/version.sql': `{% macro version() %}'${version}'{% endmacro %}\n`,
    'README.md': `# ${name}\n`,
    'setup.sh': 'exit 1\n',
    ...more,
  }
}

/** A .tar.gz file of these entries. */
export async function tarball(
  entries: readonly (Partial<Header> & { name: string; text?: string })[],
): Promise<Buffer> {
  const tar = pack()
  for (const { text, ...header } of entries) tar.entry(header, text ?? '')
  tar.finalize()
  return gzipSync(await buffer(tar))
}

/** A .tar.gz file as GitHub makes one of a tag: everything in one folder. */
export function archive(folder: string, files: Files): Promise<Buffer> {
  const entries = Object.entries(files).map(([path, text]) => ({ name: `${folder}/${path}`, text }))
  return tarball([{ name: `${folder}/`, type: 'directory' }, ...entries])
}

export interface Loopback {
  /** With a slash at its end. */
  readonly url: string
  /** The paths that were asked for. */
  readonly requests: string[]
}

/** A server on loopback that is gone when the test is over: by path, what it answers. */
export function serve(
  answers: ReadonlyMap<string, string | Buffer | ((response: ServerResponse) => void)>,
): Promise<Loopback> {
  return listening((handler) => createServer(handler), 'http', answers)
}

/** The same over TLS, as `localhost`, with a certificate of its own that this process trusts until the test is over. */
export function serveTls(answers: Parameters<typeof serve>[0]): Promise<Loopback> {
  const folder = temporaryFolder()
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const options = [
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
  ]
  execFileSync('openssl', ['req', ...options, '-keyout', keyFile, '-out', certFile], { stdio: 'pipe' })
  const [key, cert] = [readFileSync(keyFile), readFileSync(certFile)]
  globalAgent.options.ca = cert
  onTestFinished(() => void delete globalAgent.options.ca)
  return listening((handler) => createTlsServer({ key, cert }, handler), 'https', answers)
}

async function listening(
  create: (handler: RequestListener) => ReturnType<typeof createServer>,
  scheme: string,
  answers: Parameters<typeof serve>[0],
): Promise<Loopback> {
  const requests: string[] = []
  const server = create((request, response) => {
    requests.push(request.url ?? '')
    const answer = answers.get(request.url ?? '')
    if (typeof answer === 'function') return answer(response)
    response.statusCode = answer === undefined ? 404 : 200
    response.end(answer ?? 'a page that nobody is to see')
  })
  await new Promise<void>((resolve) => server.listen(0, scheme === 'https' ? 'localhost' : '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `${scheme}://${scheme === 'https' ? 'localhost' : '127.0.0.1'}:${port}/`, requests }
}

export interface Published {
  readonly files: Files
  readonly packages?: readonly unknown[]
  readonly requires?: readonly string[]
  /** Of the tarball, when the hub is to say another. */
  readonly sha1?: string
  readonly archive?: Buffer
}

/** dbt's package hub on loopback: by package (`acme/tools`) and version. It holds the tarballs too. */
export async function serveHub(
  packages: Readonly<Record<string, Readonly<Record<string, Published>>>>,
  more: Iterable<readonly [string, string | Buffer | ((response: ServerResponse) => void)]> = [],
): Promise<Loopback> {
  const answers = new Map(more)
  const hub = await serve(answers)
  const put = (path: string, answer: string | Buffer) => answers.set(path, answers.get(path) ?? answer)
  put('/api/v1/index.json', JSON.stringify(Object.keys(packages)))
  for (const [name, versions] of Object.entries(packages)) {
    const [namespace = '', own = ''] = name.split('/')
    const described: Record<string, unknown> = {}
    for (const [version, { files, packages: needed = [], requires = [], ...of }] of Object.entries(versions)) {
      const tar = of.archive ?? (await archive(`${own}-${version}`, files))
      put(`/tar/${name}/${version}.tar.gz`, tar)
      described[version] = {
        id: `${name}/${version}`,
        name: own,
        version,
        packages: needed,
        require_dbt_version: requires,
        downloads: {
          tarball: `${hub.url}tar/${name}/${version}.tar.gz`,
          format: 'tgz',
          sha1: of.sha1 ?? createHash('sha1').update(tar).digest('hex'),
        },
      }
    }
    put(`/api/v1/${name}.json`, JSON.stringify({ name: own, namespace, versions: described }))
  }
  return hub
}
