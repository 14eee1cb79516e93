import { join } from 'node:path'
import { cached } from './cache.ts'
import { command, onPath } from './command.ts'

const programs = {
  act: { module: 'github.com/nektos/act', version: 'v0.2.89' },
  actionlint: { module: 'github.com/rhysd/actionlint/cmd/actionlint', version: 'v1.7.12' },
} as const

/** The path of a program that is built by `go install` at its pinned version. */
export async function goProgram(name: keyof typeof programs): Promise<string> {
  const { module, version } = programs[name]
  const folder = await cached(`${name}-${version}`, async (folder) => {
    if (!onPath('go')) throw new Error(`These tests need Go on PATH, to build ${name}; it was not found.`)
    await command('go', ['install', `${module}@${version}`], { env: { GOBIN: folder, GOFLAGS: '-trimpath' } })
  })
  return join(folder, name)
}
