import { execFileSync, spawn } from 'node:child_process'
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

/** The same over TLS, as `localhost`, with a certificate of its own that this process and git trust until the test is over. */
export function serveTls(answers: Parameters<typeof serve>[0]): Promise<Loopback> {
  return listening(createTls, 'https', answers)
}

/** A git repository over TLS, as git's own program for it serves one: `url` and `x.git`. */
export function serveGit(root: string): Promise<Loopback> {
  const handler: RequestListener = (request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?')
    const { 'content-type': type, 'git-protocol': protocol, 'content-encoding': coding } = request.headers
    const env = {
      ...process.env,
      ...{ GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: path.replace(/^\/x\.git/, '/.git') },
      ...{ QUERY_STRING: query, REQUEST_METHOD: request.method, CONTENT_TYPE: type, HTTP_CONTENT_ENCODING: coding },
      GIT_PROTOCOL: String(protocol ?? ''),
    }
    const backend = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'inherit'] })
    request.pipe(backend.stdin)
    buffer(backend.stdout).then((answer) => {
      const end = answer.indexOf('\r\n\r\n')
      for (const line of answer.toString('latin1', 0, end).split('\r\n')) {
        const [name = '', value = ''] = line.split(': ')
        if (name === 'Status') response.statusCode = Number.parseInt(value, 10)
        else response.setHeader(name, value)
      }
      response.end(answer.subarray(end + 4))
    })
  }
  return listening(createTls, 'https', handler)
}

function createTls(handler: RequestListener): ReturnType<typeof createServer> {
  const folder = temporaryFolder()
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const made = '-x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost'
  execFileSync('openssl', ['req', ...made.split(' '), '-keyout', keyFile, '-out', certFile], { stdio: 'pipe' })
  const [key, cert] = [readFileSync(keyFile), readFileSync(certFile)]
  globalAgent.options.ca = cert
  process.env.GIT_SSL_CAINFO = certFile
  onTestFinished(() => {
    delete globalAgent.options.ca
    delete process.env.GIT_SSL_CAINFO
  })
  return createTlsServer({ key, cert }, handler)
}

async function listening(
  create: (handler: RequestListener) => ReturnType<typeof createServer>,
  scheme: string,
  answers: Parameters<typeof serve>[0] | RequestListener,
): Promise<Loopback> {
  const requests: string[] = []
  const server = create((request, response) => {
    requests.push(request.url ?? '')
    if (typeof answers === 'function') return answers(request, response)
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
