import { readFileSync } from 'node:fs'
import tls from 'node:tls'

/**
 * Makes this process trust an authority, as NODE_EXTRA_CA_CERTS does for one that is started with it. Gives what ends it.
 */
export function trust(authority: string): () => void {
  const certificate = readFileSync(authority, 'utf8')
  const original = tls.createSecureContext
  tls.createSecureContext = (options) => {
    const secure = original(options)
    secure.context.addCACert(certificate)
    return secure
  }
  return () => {
    tls.createSecureContext = original
  }
}
