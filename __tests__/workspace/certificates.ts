import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command, onPath } from '../tools/command.ts'

export interface Certificates {
  /** The file of the authority that a client is to trust. */
  readonly authority: string
  readonly key: Buffer
  readonly certificate: Buffer
}

const NAMES = 'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:*.cloud.databricks.com\nextendedKeyUsage=serverAuth\n'

/** Makes an authority and a certificate for workspaces' hosts in this folder: the drivers speak https only, and verify. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  if (!onPath('openssl')) throw new Error('The stand-in workspaces need openssl on PATH; it was not found.')
  const openssl = async (...args: string[]) => void (await command('openssl', args, { cwd: folder }))
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout']
  await openssl('req', '-x509', ...key, 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=stand-in authority')
  await openssl('req', ...key, 'server.key', '-out', 'server.csr', '-subj', '/CN=stand-in workspace')
  await writeFile(join(folder, 'names'), NAMES)
  const signed = ['-in', 'server.csr', '-out', 'server.pem', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial']
  await openssl('x509', '-req', ...signed, '-days', '2', '-extfile', 'names')
  return {
    authority: join(folder, 'ca.pem'),
    key: await readFile(join(folder, 'server.key')),
    certificate: await readFile(join(folder, 'server.pem')),
  }
}
