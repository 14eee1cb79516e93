import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { type JsonObject, parseJson } from '../tools/json.ts'

export interface ArtifactService {
  readonly url: string
  /** What was finished, by its name. */
  readonly artifacts: ReadonlyMap<string, Buffer>
  close(): Promise<void>
}

const runtimeClaims = Buffer.from(JSON.stringify({ scp: 'Actions.Results:run:job' })).toString('base64url')
export const runtimeToken = `eyJhbGciOiJub25lIn0.${runtimeClaims}.secretsecret`

/**
 * An artifact service on loopback, as far as @actions/artifact asks one: create, put blocks at the signed address, finish with size and
 * digest, list, read back. A name is taken once. It shows no expiry, quota or permission of GitHub's.
 */
export async function startArtifactService(
  refuse: { readonly status: number; readonly msg: string } | null = null,
): Promise<ArtifactService> {
  const artifacts = new Map<string, Buffer>()
  const blocks = new Map<string, Map<string, Buffer>>()
  const blobs = new Map<string, Buffer>()
  const names = () => [...artifacts.keys()]

  function called(method: string, asked: JsonObject): JsonObject {
    const name = String(asked.name ?? '')
    const blob = blobs.get(name) ?? Buffer.alloc(0)
    switch (method) {
      case 'CreateArtifact':
        return { ok: !artifacts.has(name), signed_upload_url: `${url}/blob/${name}?sig=signature` }
      case 'FinalizeArtifact': {
        const same = asked.hash === `sha256:${createHash('sha256').update(blob).digest('hex')}`
        if (same && Number(asked.size) === blob.length) artifacts.set(name, blob)
        return { ok: artifacts.has(name), artifact_id: String(names().indexOf(name) + 1) }
      }
      case 'ListArtifacts':
        return {
          artifacts: names().map((it, index) => ({
            workflow_run_backend_id: 'run',
            workflow_job_run_backend_id: 'job',
            database_id: String(index + 1),
            name: it,
            size: String(artifacts.get(it)?.length),
          })),
        }
      case 'GetSignedArtifactURL':
        return { signed_url: `${url}/blob/${name}?sig=signature` }
      default:
        throw new Error(`no method ${method}`)
    }
  }

  /** https://learn.microsoft.com/rest/api/storageservices/put-block and put-block-list */
  function put(name: string, query: URLSearchParams, body: Buffer): void {
    const own = blocks.get(name) ?? new Map<string, Buffer>()
    blocks.set(name, own)
    if (query.get('comp') === 'block') own.set(query.get('blockid') ?? '', body)
    else if (query.get('comp') === 'blocklist') {
      const ids = [...body.toString().matchAll(/<Latest>(.*?)<\/Latest>/g)].map((it) => it[1] ?? '')
      blobs.set(name, Buffer.concat(ids.map((id) => own.get(id) ?? Buffer.alloc(0))))
    } else blobs.set(name, body)
  }

  const server = createServer(async (request, response) => {
    const asked = new URL(request.url ?? '/', url)
    const body = await bodyOf(request)
    const [, kind, name = ''] = asked.pathname.split('/')
    if (refuse) return answer(refuse.status, { code: 'refused', msg: refuse.msg })
    if (kind === 'twirp') {
      if (request.headers.authorization !== `Bearer ${runtimeToken}`)
        return answer(401, { code: 'unauthenticated', msg: 'no' })
      return answer(200, called(asked.pathname.split('/').at(-1) ?? '', parseJson(body.toString())))
    }
    if (request.method === 'PUT') {
      put(name, asked.searchParams, body)
      return response.writeHead(201).end()
    }
    return response.writeHead(200, { 'content-type': 'application/zip' }).end(artifacts.get(name))

    function answer(status: number, json: JsonObject) {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { url, artifacts, close }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}
