import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'

/**
 * A proxy that leads the workspaces' host names to their local ports and refuses every other host, so that no client's
 * traffic can leave the machine. `routes` may be filled later.
 */
export function connectProxy(routes: ReadonlyMap<string, number>, refused: string[]): Server {
  const server = createServer((_, response) => response.writeHead(403).end())
  return server.on('connect', (request, client, head) => {
    const port = routes.get(request.url ?? '')
    if (port === undefined) {
      refused.push(request.url ?? '')
      client.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      return
    }
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.write(head)
      upstream.pipe(client)
      client.pipe(upstream)
    })
    upstream.on('error', () => client.destroy())
    upstream.on('close', () => client.destroy())
    client.on('error', () => upstream.destroy())
    client.on('close', () => upstream.destroy())
  })
}
