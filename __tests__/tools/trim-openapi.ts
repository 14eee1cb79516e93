import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command } from './command.ts'
import { trimmedGithubOpenapi } from './github-openapi.ts'

// The description is committed, so that the tests need no download: this script follows github-operations.json.
const operations: string[] = JSON.parse(readFileSync(join(import.meta.dirname, 'github-operations.json'), 'utf8'))
const file = join(import.meta.dirname, '../github/openapi.json')
writeFileSync(file, JSON.stringify(await trimmedGithubOpenapi(operations)))
await command('npx', ['biome', 'format', '--write', file])
