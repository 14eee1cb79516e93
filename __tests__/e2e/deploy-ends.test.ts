import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newRepository, temporaryFolder } from '../repository.ts'
import { programCommand } from './program.ts'

/** A workspace that is reached and never answers, as behind a firewall that drops what it does not like. */
const silent = createServer((socket) => socket.on('error', () => {}))
beforeAll(async () => {
  await once(silent.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => {
  silent.close()
})

const version = JSON.stringify({
  data: { version: '=1.12.5' },
  info: { name: 'MainReportVersion', level: 'info', msg: 'Running with dbt=1.12.5' },
})

/** A deploy whose dbt fails as soon as there is a file `go` beside it; answers that file too. */
function deploy(files: Readonly<Record<string, string>>) {
  const bin = temporaryFolder()
  const go = join(bin, 'go')
  writeFileSync(join(bin, 'dbt'), `#!/bin/sh\necho '${version}'\nwhile ! test -e '${go}'; do sleep 0.1; done\nexit 2\n`)
  chmodSync(join(bin, 'dbt'), 0o755)
  const address = silent.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const { root, commit } = newRepository()
  const workspace = `{type: databricks, host: "127.0.0.1:${port}", http_path: /x, token: t0ken, schema: s}`
  const project = { 'dbt_project.yml': 'name: shop\nprofile: shop\n' }
  commit('all', { ...project, 'profiles.yml': `shop: {target: prod, outputs: {prod: ${workspace}}}\n`, ...files })
  const path = [bin, process.env.PATH].join(delimiter)
  const [file, args, env] = programCommand(['deploy', '--region', 'shop'], { PATH: path })
  const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] })
  return { child, said: text(child.stderr), go: () => writeFileSync(go, '') }
}

test('a deploy ends when dbt cannot do its part, though the workspace does not answer', async () => {
  const connected = once(silent, 'connection')
  const { child, said, go } = deploy({ 'packages.yml': 'packages: []\n' })
  await Promise.race([connected, once(child, 'exit')])
  go()
  const [status] = await once(child, 'exit')
  expect(await said).toContain('dbt cannot install the packages of')
  expect(status).toBe(2)
})

test('a deploy that waits for a workspace which does not answer ends when it is told to', async () => {
  const connected = once(silent, 'connection')
  const { child, said, go } = deploy({})
  go()
  await Promise.race([connected, once(child, 'exit')])
  child.kill('SIGINT')
  const [status] = await once(child, 'exit')
  expect(await said).toContain('the statement was cancelled')
  expect(status).toBe(1)
})
